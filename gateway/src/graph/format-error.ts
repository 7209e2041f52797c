import { randomUUID } from 'node:crypto';
import type { Log } from '@zhijia/logging';
import type { GraphQLFormattedError } from 'graphql';
import { refusals } from '../refusals.js';
import { hideNumbers } from './hide-numbers.js';

/** What Apollo finds wrong with a client's request; its message is about the client's own text. */
const requestCodes: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'LIMIT_EXCEEDED',
]);
/** What a subgraph may say to clients. Were it to find our own fetch malformed, that is no client's fault. */
const subgraphCodes: ReadonlySet<unknown> = new Set(['BAD_USER_INPUT', 'ACCESS_DENIED', 'TRY_AGAIN']);
const ownCodes: ReadonlySet<unknown> = new Set(['SUBGRAPH_UNAVAILABLE', 'SIGNATURE_MISSING', 'RATE_LIMITED']);
/** Everything else in `extensions` tells of our inside: Apollo adds the service's name, for one. */
const toldExtensions: readonly string[] = ['code', 'retryable', 'missing', 'limit', 'max', 'errorId'];

const suggestion = / ?Did you mean .+\?$/s;

/** What leaves the gateway about an error: an expected code, or an id that the log carries. */
export function formatErrorWith(log: Log, options: { hidesSuggestions: boolean }) {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const extensions = formatted.extensions ?? {};
    const code = extensions['code'];
    const place = {
      ...(formatted.locations === undefined ? {} : { locations: formatted.locations }),
      ...(formatted.path === undefined ? {} : { path: formatted.path }),
    };
    const isSubgraphs = 'serviceName' in extensions;
    if ((isSubgraphs ? subgraphCodes : requestCodes).has(code) || ownCodes.has(code)) {
      const message = options.hidesSuggestions ? formatted.message.replace(suggestion, '') : formatted.message;
      return { message: hideNumbers(message), ...place, extensions: told(extensions) };
    }
    const internal = { message: refusals.INTERNAL.message, ...place };
    // Masked by the subgraph already: its log carries the id.
    if (isSubgraphs && code === 'INTERNAL' && typeof extensions['errorId'] === 'string') {
      return { ...internal, extensions: told(extensions) };
    }
    const errorId = randomUUID();
    log.error({ err: error, errorId, code, path: formatted.path }, 'An operation failed');
    return { ...internal, extensions: { code: 'INTERNAL', errorId } };
  };
}

function told(extensions: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(extensions).filter(([name]) => toldExtensions.includes(name)));
}
