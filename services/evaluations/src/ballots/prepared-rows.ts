import type pg from 'pg';
import type { EntityManager } from 'typeorm';

/**
 * Rows of a statement that PostgreSQL plans once a connection instead of once a call: over partitions planning costs ten
 * times the execution. TypeORM knows no names, so this speaks to the transaction's connection itself.
 *
 * @param name stands for this text for ever: a changed text gets another name.
 */
export async function preparedRows<Row>(
  tx: EntityManager,
  name: string,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> {
  if (tx.queryRunner === undefined) throw new Error('A prepared statement needs the connection of a transaction');
  const client = (await tx.queryRunner.connect()) as pg.PoolClient;
  const result = await client.query<object & Row>({ name, text, values: [...values] });
  return result.rows;
}
