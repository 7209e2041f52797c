import type { DataSource } from 'typeorm';

/** Any constant serves, as long as every process that migrates uses the same one. */
const migrationLock = 7_403_001;

/**
 * Runs what is pending, once, however many processes start together. TypeORM takes no lock of its own.
 * The lock is a session's: it goes with the connection if the process dies halfway.
 */
export async function migrateUnderLock(db: DataSource): Promise<string[]> {
  const guard = db.createQueryRunner();
  try {
    await guard.connect();
    await guard.query('SET statement_timeout = 0; SET lock_timeout = 0');
    await guard.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    try {
      const done = await db.runMigrations();
      return done.map((migration) => migration.name);
    } finally {
      await guard.query('SELECT pg_advisory_unlock($1)', [migrationLock]);
      await guard.query('RESET statement_timeout; RESET lock_timeout');
    }
  } finally {
    await guard.release();
  }
}
