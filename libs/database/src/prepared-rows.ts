import type pg from 'pg';
import { DataSource, type EntityManager } from 'typeorm';
import { inStatementSpan } from './statement-span.js';

/**
 * Rows of a statement that PostgreSQL plans once a connection instead of once a call: over partitions planning costs ten
 * times the execution. TypeORM knows no names, so this speaks to the connection itself.
 *
 * @param name stands for this text for ever: a changed text gets another name.
 */
export function preparedRows<Row>(
  db: DataSource | EntityManager,
  name: string,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> {
  return inStatementSpan(text, () => readPrepared(db, name, text, values));
}

async function readPrepared<Row>(
  db: DataSource | EntityManager,
  name: string,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> {
  if (!(db instanceof DataSource)) {
    if (db.queryRunner === undefined) throw new Error('An entity manager without a transaction has no connection');
    return queryNamed(await db.queryRunner.connect(), name, text, values);
  }
  const runner = db.createQueryRunner();
  try {
    return await queryNamed(await runner.connect(), name, text, values);
  } finally {
    await runner.release();
  }
}

async function queryNamed<Row>(
  connection: unknown,
  name: string,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> {
  const result = await (connection as pg.ClientBase).query<object & Row>({ name, text, values: [...values] });
  return result.rows;
}
