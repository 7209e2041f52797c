import { ServiceDataSource } from './service-data-source.js';
import { hasLostItsPlan } from './sql-state.js';
import { rows, type Queryable } from './sql.js';
import { inStatementSpan } from './statement-span.js';
import { nameOfStatement } from './statement-names.js';

/** Above this a statement is no look-up any more, and others would wait for it. */
const mostKeys = 100;

/**
 * Rows of a SELECT that finds them by their keys and is done in about a millisecond, whatever the keys: the reads that
 * every phone makes. Many share a connection and PostgreSQL plans the statement once, which halves what one costs. In a
 * transaction, with many keys, and with a limit that is a parameter it is the same as `rows`.
 */
export async function lookUp<Row>(db: Queryable, text: string, parameters: readonly unknown[]): Promise<Row[]> {
  const name = db instanceof ServiceDataSource && db.isInitialized ? nameOfStatement(text) : null;
  const hasManyKeys = parameters.some((keys) => Array.isArray(keys) && keys.length > mostKeys);
  if (!(db instanceof ServiceDataSource) || name === null || hasManyKeys) return rows(db, text, parameters);
  try {
    return await inStatementSpan(text, () => db.lookups.rows<Row>(name, text, parameters));
  } catch (error) {
    if (!hasLostItsPlan(error)) throw error;
    return rows(db, text, parameters);
  }
}
