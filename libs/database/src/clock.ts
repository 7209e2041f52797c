import { execute, row, type Queryable } from './sql.js';

/** The product's time, an ISO 8601 instant in UTC. Every deadline compares with this and with nothing else. */
export async function readNow(db: Queryable): Promise<string> {
  const found = await row<{ now: string }>(db, 'SELECT zhijia_now() AS now');
  if (found === null) throw new Error('zhijia_now() answered no row');
  return found.now;
}

/**
 * For FROM: the product's time as `clock.now`. The function reads a table and costs as much as a look-up, so a statement
 * that compares it several times, or in every row, asks it once (OFFSET 0 keeps the planner from copying the call).
 */
export const clockTable = `(SELECT zhijia_now() AS now OFFSET 0) AS clock`;

/** Moves the clock of one database. Development and tests only: in production the row must stay at zero. */
export async function setClockOffset(db: Queryable, offsetSeconds: number): Promise<void> {
  await execute(db, 'UPDATE clock_offset SET seconds = $1', [offsetSeconds]);
}
