import { databaseMigrations } from '@zhijia/database';
import { ledgerMigrations } from '@zhijia/ledger';
import { messagingMigrations } from '@zhijia/messaging';
import { policyMigrations } from '@zhijia/policy';
import { CreateProjections1761000000000 } from './1761000000000-create-projections.js';
import { CreateTimeAccount1761000000001 } from './1761000000001-create-time-account.js';
import { CreateVisit1761000000002 } from './1761000000002-create-visit.js';

/** The libraries' migrations first, then this service's own. */
export const timebankMigrations = [
  ...databaseMigrations,
  ...messagingMigrations,
  ...ledgerMigrations,
  ...policyMigrations,
  CreateProjections1761000000000,
  CreateTimeAccount1761000000001,
  CreateVisit1761000000002,
];
