import { randomUUID } from 'node:crypto';
import type { ApolloServerPlugin } from '@apollo/server';
import type { Log } from '@zhijia/logging';
import { GraphQLError, OperationTypeNode, type GraphQLFormattedError } from 'graphql';
import type { Metrics } from '../metrics.js';
import { refusals } from '../refusals.js';
import type { GraphContext } from './graph-context.js';

function operationNotFound(): GraphQLError {
  return new GraphQLError('The document has no such operation; name one of its operations. 未找到指定的操作。', {
    extensions: { code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } },
  });
}

function rootNotServed(kind: string): GraphQLError {
  return new GraphQLError(`This graph has no ${kind}. 此接口不支持该操作类型。`, {
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } },
  });
}

function signatureMissing(): GraphQLError {
  const { message, status } = refusals.SIGNATURE_MISSING;
  return new GraphQLError(message, { extensions: { code: 'SIGNATURE_MISSING', http: { status } } });
}

/** For the request's log line. */
export function noteCodes(errors: readonly GraphQLFormattedError[], { toldCodes }: GraphContext): void {
  for (const { extensions } of errors) toldCodes.push(String(extensions?.['code']));
}

/**
 * The first look at an operation and the last look at an answer: what it tells is noted for the log
 * line, and nothing of our inside goes with it.
 */
export function answerPlugin(log: Log, metrics: Metrics): ApolloServerPlugin<GraphContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ operation, schema, contextValue }) {
          if (operation === undefined) throw operationNotFound();
          // Validation passes over the fields of a root type that this contract does not have.
          if (schema.getRootType(operation.operation) == null) throw rootNotServed(operation.operation);
          if (operation.operation !== OperationTypeNode.QUERY && !contextValue.mayChange) throw signatureMissing();
        },
        async willSendResponse({ response, contextValue }) {
          response.http.headers.set('cache-control', 'no-store');
          if (response.body.kind !== 'single') return;
          const result = response.body.singleResult;
          // Apollo's gateway puts a null that emptied its surroundings here instead of among the errors. Most are
          // meant: what is refused and what does not exist are both null, and neither is told.
          if (result.extensions !== undefined) {
            metrics.emptiedAnswers.inc();
            delete result.extensions;
            if (result.data === null && result.errors === undefined) {
              const errorId = randomUUID();
              log.error({ errorId, requestId: contextValue.requestId }, 'A null emptied a whole answer');
              result.errors = [{ message: refusals.INTERNAL.message, extensions: { code: 'INTERNAL', errorId } }];
            }
          }
          noteCodes(result.errors ?? [], contextValue);
        },
      };
    },
  };
}
