import { databaseMigrations } from '@zhijia/database';
import { messagingMigrations } from '@zhijia/messaging';
import { policyMigrations } from '@zhijia/policy';
import { CreateProjections1761000000000 } from './1761000000000-create-projections.js';
import { CreateCampaign1761000000001 } from './1761000000001-create-campaign.js';
import { CreateElectorate1761000000002 } from './1761000000002-create-electorate.js';
import { CreateBallot1761000000003 } from './1761000000003-create-ballot.js';
import { CreateResult1761000000004 } from './1761000000004-create-result.js';
import { CreateRectificationRating1761000000005 } from './1761000000005-create-rectification-rating.js';
import { FindManifestByHash1761000000006 } from './1761000000006-find-manifest-by-hash.js';
import { CountParticipantsOfCampaign1761000000007 } from './1761000000007-count-participants-of-campaign.js';
import { NameAgentsByAccount1761000000008 } from './1761000000008-name-agents-by-account.js';

/** The libraries' migrations first, then this service's own. */
export const evaluationsMigrations = [
  ...databaseMigrations,
  ...messagingMigrations,
  ...policyMigrations,
  CreateProjections1761000000000,
  CreateCampaign1761000000001,
  CreateElectorate1761000000002,
  CreateBallot1761000000003,
  CreateResult1761000000004,
  CreateRectificationRating1761000000005,
  FindManifestByHash1761000000006,
  CountParticipantsOfCampaign1761000000007,
  NameAgentsByAccount1761000000008,
];
