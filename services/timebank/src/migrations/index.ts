import { databaseMigrations } from '@zhijia/database';
import { messagingMigrations } from '@zhijia/messaging';
import { policyMigrations } from '@zhijia/policy';

/** The libraries' migrations first, then this service's own. */
export const timebankMigrations = [...databaseMigrations, ...messagingMigrations, ...policyMigrations];
