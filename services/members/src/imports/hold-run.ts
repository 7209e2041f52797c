import type { DataSource } from 'typeorm';

/** Key 1 of the advisory locks of imports. */
export const importLockSpace = 7_403_200;

/**
 * Holds a run while `work` goes on. The hold is a connection's: it ends with the process, however that ends, and then
 * the next one may go on with the run.
 *
 * @returns null when another process holds the run
 */
export async function holdingRun<Result>(
  db: DataSource,
  runId: string,
  work: () => Promise<Result>,
): Promise<{ result: Result } | null> {
  const guard = db.createQueryRunner();
  try {
    await guard.connect();
    const [lock] = (await guard.query(`SELECT pg_try_advisory_lock(hashtextextended($1, ${importLockSpace})) AS mine`, [
      runId,
    ])) as { mine: boolean }[];
    if (lock?.mine !== true) return null;
    try {
      return { result: await work() };
    } finally {
      await guard
        .query(`SELECT pg_advisory_unlock(hashtextextended($1, ${importLockSpace}))`, [runId])
        // A lost connection has given the hold back already.
        .catch(() => undefined);
    }
  } finally {
    await guard.release();
  }
}
