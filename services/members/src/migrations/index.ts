import { databaseMigrations } from '@zhijia/database';
import { messagingMigrations } from '@zhijia/messaging';
import { policyMigrations } from '@zhijia/policy';
import { CreateOrganisation1761000000000 } from './1761000000000-create-organisation.js';
import { CreateMember1761000000001 } from './1761000000001-create-member.js';
import { CreateImportRun1761000000002 } from './1761000000002-create-import-run.js';
import { CreateIdentity1761000000200 } from './1761000000200-create-identity.js';
import { CreateRectificationTask1761000000100 } from './1761000000100-create-rectification-task.js';
import { CreateConsent1761000000300 } from './1761000000300-create-consent.js';
import { CreateAgency1761000000301 } from './1761000000301-create-agency.js';
import { FindConsentsByMonth1761000000304 } from './1761000000304-find-consents-by-month.js';
import { ForgetConsentUses1761000000303 } from './1761000000303-forget-consent-uses.js';
import { ShowRefusalsToMembers1761000000302 } from './1761000000302-show-refusals-to-members.js';
import { FindOwedPlansByDate1761000000101 } from './1761000000101-find-owed-plans-by-date.js';

/** The libraries' migrations first, then this service's own. */
export const membersMigrations = [
  ...databaseMigrations,
  ...messagingMigrations,
  ...policyMigrations,
  CreateOrganisation1761000000000,
  CreateMember1761000000001,
  CreateImportRun1761000000002,
  CreateRectificationTask1761000000100,
  CreateIdentity1761000000200,
  FindOwedPlansByDate1761000000101,
  CreateConsent1761000000300,
  CreateAgency1761000000301,
  ShowRefusalsToMembers1761000000302,
  ForgetConsentUses1761000000303,
  FindConsentsByMonth1761000000304,
];
