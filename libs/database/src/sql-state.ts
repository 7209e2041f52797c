import { DeadlinePassed } from './deadline.js';

/** PostgreSQL error codes this product reacts to. https://www.postgresql.org/docs/18/errcodes-appendix.html */
export const SqlState = {
  serializationFailure: '40001',
  deadlockDetected: '40P01',
  uniqueViolation: '23505',
  checkViolation: '23514',
  foreignKeyViolation: '23503',
  diskFull: '53100',
  tooManyConnections: '53300',
  adminShutdown: '57P01',
  crashShutdown: '57P02',
  cannotConnectNow: '57P03',
  queryCanceled: '57014',
  lockNotAvailable: '55P03',
  /** Also: "cached plan must not change result type". */
  featureNotSupported: '0A000',
  invalidStatementName: '26000',
  characterNotInRepertoire: '22021',
  untranslatableCharacter: '22P05',
} as const;

interface DriverError {
  code?: unknown;
  constraint?: unknown;
}

function driverErrorOf(error: unknown): DriverError | null {
  if (typeof error !== 'object' || error === null) return null;
  return 'driverError' in error ? (error.driverError as DriverError) : error;
}

/** The SQLSTATE of a failed statement, or null for an error that did not come from PostgreSQL. */
export function sqlStateOf(error: unknown): string | null {
  const code = driverErrorOf(error)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}

/** The constraint a statement broke; constraints are named for what holds, so callers compare with that sentence. */
export function violatedConstraint(error: unknown): string | null {
  const constraint = driverErrorOf(error)?.constraint;
  return typeof constraint === 'string' ? constraint : null;
}

const transientStates: ReadonlySet<string> = new Set([
  SqlState.serializationFailure,
  SqlState.deadlockDetected,
  SqlState.diskFull,
  SqlState.tooManyConnections,
  SqlState.adminShutdown,
  SqlState.crashShutdown,
  SqlState.cannotConnectNow,
  SqlState.queryCanceled,
  SqlState.lockNotAvailable,
]);

const transientSocketErrors: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT']);

/**
 * Words of `pg` and TypeORM for a connection that went away under a transaction; neither gives them a code. A runner is
 * "already released" when its connection was cut between two statements.
 */
const lostConnection =
  /Connection terminated|Connection ended|not queryable|already released|Client was closed|timeout exceeded when trying to connect/;

/** Whether the same work can succeed a little later, unchanged. */
export function isTransient(error: unknown): boolean {
  if (error instanceof DeadlinePassed) return true;
  const state = sqlStateOf(error);
  if (state !== null) return transientStates.has(state) || state.startsWith('08');
  const code = driverErrorOf(error)?.code;
  if (typeof code === 'string' && transientSocketErrors.has(code)) return true;
  return error instanceof Error && lostConnection.test(error.message);
}

/** A migration changed what a prepared statement answers, or a connection pooler forgot it. Nothing ran. */
export function hasLostItsPlan(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state === SqlState.featureNotSupported || state === SqlState.invalidStatementName;
}
