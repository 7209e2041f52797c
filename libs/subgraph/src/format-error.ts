import { randomUUID } from 'node:crypto';
import { IdempotencyKeyInvalid, isTransient, SqlState, sqlStateOf } from '@zhijia/database';
import type { Log } from '@zhijia/logging';
import { markCurrentFailed } from '@zhijia/tracing';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { ServiceMetrics } from './metrics/service-metrics.js';

/** Codes whose message is meant for callers; everything else is masked. Listed in docs/codes.md. */
const toldCodes: ReadonlySet<string> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'ACCESS_DENIED',
  'TRY_AGAIN',
]);

/** A fault that passes: the same request, with the same key, can succeed a little later. */
export function tryAgain(): GraphQLError {
  return new GraphQLError('Please try again in a moment. 请稍后重试。', {
    extensions: { code: 'TRY_AGAIN', retryable: true },
  });
}

export type FormatError = (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;

/** What leaves a subgraph about an error: an expected code, "try again", or an id that the log carries. */
export function formatErrorWith(log: Log, metrics: ServiceMetrics): FormatError {
  const format = tellableErrorWith(log);
  return (formatted, error) => {
    const told = format(formatted, error);
    metrics.graphErrors.inc({ code: String(told.extensions?.['code']) });
    return told;
  };
}

function tellableErrorWith(log: Log): FormatError {
  return (formatted, error) => {
    const code = formatted.extensions?.['code'];
    const place = {
      ...(formatted.path === undefined ? {} : { path: formatted.path }),
      ...(formatted.locations === undefined ? {} : { locations: formatted.locations }),
    };
    const cause = causeOf(error);
    if (cause instanceof GraphQLError && typeof code === 'string' && toldCodes.has(code)) {
      return { message: formatted.message, ...place, extensions: tellable(formatted.extensions ?? {}) };
    }
    const mistake = callersMistake(cause);
    if (mistake !== null) return { message: mistake, ...place, extensions: { code: 'BAD_USER_INPUT' } };
    if (isTransient(cause)) {
      log.warn({ err: cause, path: formatted.path }, 'A request met a passing fault');
      return { ...tryAgain().toJSON(), ...place };
    }
    const errorId = randomUUID();
    markCurrentFailed(cause);
    log.error({ err: cause, errorId, path: formatted.path }, 'A request failed');
    return {
      message: 'Something failed on our side. 系统内部错误。',
      ...place,
      extensions: { code: 'INTERNAL', errorId },
    };
  };
}

/** graphql-js wraps what a resolver throws into an error that knows the place. */
function causeOf(error: unknown): unknown {
  return error instanceof GraphQLError ? (error.originalError ?? error) : error;
}

/** What no use case should have to check for itself. */
function callersMistake(cause: unknown): string | null {
  if (cause instanceof IdempotencyKeyInvalid) {
    return 'An idempotency key has 1 to 128 visible characters. 幂等键须为1至128个可见字符。';
  }
  const state = sqlStateOf(cause);
  if (state === SqlState.characterNotInRepertoire || state === SqlState.untranslatableCharacter) {
    return 'A text holds a character that cannot be stored. 文本含有无法保存的字符。';
  }
  return null;
}

function tellable(extensions: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(extensions).filter(([name]) => name !== 'stacktrace' && name !== 'http'));
}
