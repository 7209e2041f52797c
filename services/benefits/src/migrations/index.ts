import { databaseMigrations } from '@zhijia/database';
import { ledgerMigrations } from '@zhijia/ledger';
import { messagingMigrations } from '@zhijia/messaging';
import { policyMigrations } from '@zhijia/policy';
import { CreateProjections1761000000000 } from './1761000000000-create-projections.js';
import { CreateReward1761000000001 } from './1761000000001-create-reward.js';
import { CreateOffer1761000000002 } from './1761000000002-create-offer.js';
import { KeepWhoRedeemedForAMember1761000000003 } from './1761000000003-keep-who-redeemed-for-a-member.js';

/** The libraries' migrations first, then this service's own. */
export const benefitsMigrations = [
  ...databaseMigrations,
  ...messagingMigrations,
  ...ledgerMigrations,
  ...policyMigrations,
  CreateProjections1761000000000,
  CreateReward1761000000001,
  CreateOffer1761000000002,
  KeepWhoRedeemedForAMember1761000000003,
];
