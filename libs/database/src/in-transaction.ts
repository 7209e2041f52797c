import { inSpan, SpanKind } from '@zhijia/tracing';
import type { DataSource, EntityManager } from 'typeorm';
import { currentDeadline } from './deadline.js';
import { SqlState, sqlStateOf } from './sql-state.js';

const attempts = 4;

/**
 * One transaction, begun again when PostgreSQL chose it as the victim of a deadlock or of a serialization conflict.
 * `work` may therefore run more than once: it does nothing outside the transaction. Past the deadline of the work at hand
 * it is rolled back as a whole; once it commits, it commits.
 */
export async function inTransaction<Result>(
  db: DataSource,
  work: (tx: EntityManager) => Promise<Result>,
): Promise<Result> {
  const deadline = currentDeadline();
  for (let attempt = 1; ; attempt += 1) {
    let commits = false;
    const workInTime = async (tx: EntityManager): Promise<Result> => {
      const result = await work(tx);
      deadline?.beginCommit();
      commits = true;
      return result;
    };
    try {
      return await inSpan('transaction', { kind: SpanKind.INTERNAL }, () =>
        db.transaction(deadline === undefined ? work : workInTime),
      );
    } catch (error) {
      if (attempt === attempts || !isConflict(error)) throw error;
    } finally {
      if (commits) deadline?.endCommit();
    }
  }
}

function isConflict(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state === SqlState.deadlockDetected || state === SqlState.serializationFailure;
}
