import pg from 'pg';
import type { DataSource } from 'typeorm';

interface Reads {
  readonly options: pg.PoolConfig;
  pool: pg.Pool | null;
}

const readsOf = new WeakMap<object, Reads>();

/**
 * Gives a data source connections of their own for what is read outside transactions. There every prepared statement
 * keeps one general plan: PostgreSQL would plan a look-up by `= ANY($1)` anew each time, because it takes ten keys for
 * granted where one comes. Transactions stay with the other connections, whose batches need plans for what they hold.
 */
export function addReads(db: DataSource, options: pg.PoolConfig): void {
  const reads: Reads = {
    options: { ...options, options: '-c plan_cache_mode=force_generic_plan' },
    pool: null,
  };
  readsOf.set(db, reads);
  const destroy = db.destroy.bind(db);
  db.destroy = async () => {
    const { pool } = reads;
    reads.pool = null;
    await Promise.all([destroy(), pool?.end()]);
  };
}

/** The connections for reads, opened as they are needed; null for what is no open data source of ours. */
export function readPoolOf(db: object): pg.Pool | null {
  const reads = readsOf.get(db);
  if (reads === undefined || !(db as DataSource).isInitialized) return null;
  if (reads.pool === null) {
    reads.pool = new pg.Pool(reads.options);
    // An idle connection that is cut is replaced by the next read; without a listener it would end the process.
    reads.pool.on('error', () => {});
  }
  return reads.pool;
}
