import { isTransient, SqlState, sqlStateOf, violatedConstraint, type Queryable } from '@zhijia/database';

/**
 * What a failure allows: wait for the database, or for whoever holds the rows; try again a few times; or look for the event
 * that is to blame.
 */
export type FaultKind = 'databaseAway' | 'locked' | 'conflict' | 'failure';

/** What may be told about a failure: a code and the error's class, never its message. */
export interface FaultDescription {
  readonly code: string;
  readonly type: string;
}

/** Faults of one statement among others: the next try may pass, and if it never does the event is to blame. */
const conflicts: ReadonlySet<string> = new Set([
  SqlState.serializationFailure,
  SqlState.deadlockDetected,
  SqlState.queryCanceled,
]);

export async function kindOfFault(error: unknown, db: Queryable): Promise<FaultKind> {
  for (const cause of causesOf(error)) {
    const state = sqlStateOf(cause);
    if (state === SqlState.lockNotAvailable) return 'locked';
    if (state !== null && conflicts.has(state)) return 'conflict';
    if (isTransient(cause)) return 'databaseAway';
  }
  // A reaction may fail in its own words because the database is away: no event is blamed for that.
  return (await answers(db)) ? 'failure' : 'databaseAway';
}

async function answers(db: Queryable): Promise<boolean> {
  try {
    await db.query('SELECT 1');
    return true;
  } catch {
    return false;
  }
}

export function describeFault(error: unknown): FaultDescription {
  const type = error instanceof Error && /^\w{1,64}$/.test(error.name) ? error.name : 'Error';
  for (const cause of causesOf(error)) {
    const state = sqlStateOf(cause);
    if (state === null) continue;
    const constraint = violatedConstraint(cause);
    return { code: constraint === null ? state : `${state}:${constraint}`, type };
  }
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return { code: typeof code === 'string' && /^\w{1,64}$/.test(code) ? code : 'reactionFailed', type };
}

function causesOf(error: unknown): unknown[] {
  const causes: unknown[] = [];
  for (let cause = error; cause instanceof Error && causes.length < 5; cause = cause.cause) causes.push(cause);
  return causes;
}
