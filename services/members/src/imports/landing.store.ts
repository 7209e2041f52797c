import { execute } from '@zhijia/database';
import type { EntityManager } from 'typeorm';
import { importLockSpace } from './hold-run.js';

/** Key 2 of the advisory locks of imports. */
const landing = { organisations: 1, members: 2 } as const;

/** One portion lands at a time, so that two imports of the same people wait for each other and do not collide. */
export async function lockLanding(tx: EntityManager, kind: keyof typeof landing): Promise<void> {
  await execute(tx, 'SELECT pg_advisory_xact_lock($1, $2)', [importLockSpace, landing[kind]]);
}

/** Writes for good, or, in a dry run, finds out whether it could: then the transaction goes on as if it had not. */
export async function writePortion(tx: EntityManager, isDryRun: boolean, write: () => Promise<void>): Promise<void> {
  if (!isDryRun) return write();
  await execute(tx, 'SAVEPOINT before_import');
  await write();
  await execute(tx, 'ROLLBACK TO SAVEPOINT before_import');
}
