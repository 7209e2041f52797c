import { inSpan, SpanKind } from '@zhijia/tracing';
import type { DataSource, EntityManager } from 'typeorm';
import { SqlState, sqlStateOf } from './sql-state.js';

const attempts = 4;

/**
 * One transaction, begun again when PostgreSQL chose it as the victim of a deadlock or of a serialization conflict.
 * `work` may therefore run more than once: it does nothing outside the transaction.
 */
export async function inTransaction<Result>(
  db: DataSource,
  work: (tx: EntityManager) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await inSpan('transaction', { kind: SpanKind.INTERNAL }, () => db.transaction(work));
    } catch (error) {
      if (attempt === attempts || !isConflict(error)) throw error;
    }
  }
}

function isConflict(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state === SqlState.deadlockDetected || state === SqlState.serializationFailure;
}
