import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { hasLostItsPlan } from './sql-state.js';
import { nameOfStatement } from './statement-names.js';
import { inStatementSpan } from './statement-span.js';
import { figuresOfPool, type PoolFigures } from './watched-pool.js';

/** A connection that can run one statement: TypeORM's DataSource outside, its EntityManager inside a transaction. */
export interface Queryable {
  query(text: string, parameters?: unknown[]): Promise<unknown>;
}

/**
 * All rows of a statement, also of INSERT, UPDATE and DELETE ... RETURNING.
 *
 * Outside a transaction, where the graph reads, a statement is prepared once for each connection: planning is most of
 * what a look-up by key costs. Inside one it is planned for its own parameters, for a batch of five thousand may need
 * another plan than one of five.
 */
export function rows<Row>(db: Queryable, text: string, parameters: readonly unknown[] = []): Promise<Row[]> {
  return inStatementSpan(text, () => readRows(db, text, parameters));
}

async function readRows<Row>(db: Queryable, text: string, parameters: readonly unknown[]): Promise<Row[]> {
  const pool = poolOf(db);
  const name = pool === null ? null : nameOfStatement(text);
  if (pool !== null && name !== null) {
    try {
      return (await pool.query({ name, text, values: [...parameters] })).rows as Row[];
    } catch (error) {
      if (!hasLostItsPlan(error)) throw error;
    }
  }
  const result = await db.query(text, [...parameters]);
  return (isRowsWithCount(result) ? result[0] : result) as Row[];
}

/** The only row, or null. More than one is a mistake of the statement, not of its caller. */
export async function row<Row>(db: Queryable, text: string, parameters: readonly unknown[] = []): Promise<Row | null> {
  const found = await rows<Row>(db, text, parameters);
  if (found.length > 1) throw new Error(`Expected one row at most, found ${found.length}`);
  return found[0] ?? null;
}

/** Runs a statement without RETURNING; answers how many rows an UPDATE or DELETE touched (0 for anything else). */
export async function execute(db: Queryable, text: string, parameters: readonly unknown[] = []): Promise<number> {
  const result = await inStatementSpan(text, () => db.query(text, [...parameters]));
  return isRowsWithCount(result) ? result[1] : 0;
}

/** The driver's own pool: TypeORM's way to it makes a query runner and a few promises for each statement. */
function poolOf(db: Queryable): Pool | null {
  if (!(db instanceof DataSource) || !db.isInitialized || !('master' in db.driver)) return null;
  return db.driver.master as Pool;
}

/** How busy the connections of a data source are; null before it is open. */
export function poolFigures(db: DataSource): PoolFigures | null {
  const pool = poolOf(db);
  return pool === null ? null : figuresOfPool(pool);
}

/** TypeORM answers UPDATE and DELETE with `[rows, count]` and everything else with the rows. */
function isRowsWithCount(result: unknown): result is [unknown[], number] {
  return Array.isArray(result) && result.length === 2 && Array.isArray(result[0]) && typeof result[1] === 'number';
}
