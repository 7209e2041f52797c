import type { ApolloServer, HeaderMap } from '@apollo/server';
import { OperationTypeNode } from 'graphql';
import type { SentRequest } from '../documents/find-document.js';
import { isRecord } from '../documents/find-document.js';
import type { CompiledOperation, Variables } from '../execution/compiled-graph.js';
import type { GraphExecutor } from './create-executor.js';
import type { GraphContext } from './graph-context.js';

/** A request that has its document in it. */
export interface GraphRequest extends SentRequest {
  method: string;
  /** Those that Apollo Server looks at. */
  headers: () => HeaderMap;
}

export type GraphAnswer =
  /** All went well: the answer as JSON, in whichever of its types the client reads. */
  | { kind: 'data'; text: string }
  /** As Apollo Server has it told. */
  | { kind: 'told'; status: number | undefined; headers: HeaderMap; text: string };

/**
 * An operation that is known (its document read, found valid and measured; planned and compiled) is run at once: Apollo
 * Server has nothing to do for it but to tell its errors, if there are any, and gets them from here then. Everything
 * else goes through Apollo Server, which makes operations known.
 */
export async function answerRequest(
  graph: { apollo: ApolloServer<GraphContext>; executor: GraphExecutor },
  request: GraphRequest,
  context: GraphContext,
): Promise<GraphAnswer> {
  const known = knownOperation(graph.executor, request, context.mayChange);
  if (known === null) return askApollo(graph.apollo, request, context);
  const outcome = graph.executor.run(known.operation, known.variables, context);
  const { data, errors, extensions } = await outcome.catch(failed);
  if (errors === undefined && extensions === undefined) return { kind: 'data', text: `${JSON.stringify({ data })}\n` };
  return askApollo(graph.apollo, request, { ...context, outcome });
}

/** Apollo Server meets the failure itself. */
function failed(): { data?: undefined; errors: []; extensions?: undefined } {
  return { errors: [] };
}

async function askApollo(
  apollo: ApolloServer<GraphContext>,
  { method, headers, body, search }: GraphRequest,
  context: GraphContext,
): Promise<GraphAnswer> {
  const answer = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method, headers: headers(), body, search },
    context: async () => context,
  });
  if (answer.body.kind !== 'complete') throw new Error('An answer in parts was not asked for');
  return { kind: 'told', status: answer.status, headers: answer.headers, text: answer.body.string };
}

/** Null for what is not known, and for whatever is not sent as it should be: Apollo Server says what is wrong with it. */
function knownOperation(
  { graph }: GraphExecutor,
  { method, body }: GraphRequest,
  mayChange: boolean,
): { operation: CompiledOperation<GraphContext>; variables: Variables } | null {
  if (method !== 'POST' || !isRecord(body)) return null;
  const { query, operationName, variables, extensions } = body;
  if (typeof query !== 'string') return null;
  if (operationName != null && (typeof operationName !== 'string' || operationName === '')) return null;
  if (variables != null && !isRecord(variables)) return null;
  if (extensions != null && (!isRecord(extensions) || 'persistedQuery' in extensions)) return null;
  const operation = graph.known(query, operationName ?? undefined);
  if (operation?.kind !== 'compiled') return null;
  if (operation.type !== OperationTypeNode.QUERY && !mayChange) return null;
  return { operation, variables: variables ?? {} };
}
