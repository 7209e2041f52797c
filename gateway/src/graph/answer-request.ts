import type { ApolloServer, HeaderMap } from '@apollo/server';
import { OperationTypeNode } from 'graphql';
import { isRecord, type SentRequest } from '../documents/find-document.js';
import type { CompiledOperation, Variables } from '../execution/compiled-graph.js';
import { noteCodes } from './answer-plugin.js';
import type { GraphExecutor } from './create-executor.js';
import type { GraphContext } from './graph-context.js';
import type { RefusedDocuments } from './refused-documents.js';

/** A request that has its document in it. */
export interface GraphRequest extends SentRequest {
  method: string;
  /** Those that Apollo Server looks at. */
  headers: () => HeaderMap;
}

export interface GraphAnswer {
  text: string;
  /** Absent where an operation was executed. */
  status?: number | undefined;
  /** Apollo Server's; without them the answer has the usual ones. */
  headers?: HeaderMap;
}

/** What one graph is asked through. */
export interface GraphDoor {
  apollo: ApolloServer<GraphContext>;
  executor: GraphExecutor;
  refused: RefusedDocuments;
}

/**
 * What was looked at before costs no second look. An operation that is known (its document read, measured and found
 * valid; planned and compiled) is run at once: Apollo Server has nothing to do for it but to tell its errors, if there
 * are any, and gets them from here then. A document that is refused is refused at once. Everything else goes through
 * Apollo Server, which makes operations known.
 */
export async function answerRequest(
  door: GraphDoor,
  request: GraphRequest,
  context: GraphContext,
): Promise<GraphAnswer> {
  const asked = readRequest(request);
  if (asked === null) return askApollo(door.apollo, request, context);
  const operation = knownOperation(door.executor, asked, context.mayChange);
  if (operation !== null) {
    const outcome = door.executor.run(operation, asked.variables, context);
    const { data, errors, extensions } = await outcome.catch(failed);
    if (errors === undefined && extensions === undefined) return { text: lineOf({ data }) };
    return askApollo(door.apollo, request, { ...context, outcome });
  }
  const refusal = door.refused.refusalOf(asked.query);
  if (refusal === null) return askApollo(door.apollo, request, context);
  noteCodes(refusal, context);
  return { text: lineOf({ errors: refusal }), status: 400 };
}

/** Apollo Server meets the failure itself. */
function failed(): { data?: undefined; errors: []; extensions?: undefined } {
  return { errors: [] };
}

/** As Apollo Server writes answers. */
function lineOf(answer: object): string {
  return `${JSON.stringify(answer)}\n`;
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
  return { text: answer.body.string, status: answer.status, headers: answer.headers };
}

interface AskedOperation {
  query: string;
  operationName: string | undefined;
  variables: Variables;
}

/** Null for what is not sent by POST, or not as it should be: Apollo Server says what is wrong with it. */
function readRequest({ method, body }: GraphRequest): AskedOperation | null {
  if (method !== 'POST' || !isRecord(body)) return null;
  const { query, operationName, variables, extensions } = body;
  if (typeof query !== 'string' || query === '') return null;
  if (operationName != null && (typeof operationName !== 'string' || operationName === '')) return null;
  if (variables != null && !isRecord(variables)) return null;
  if (extensions != null && (!isRecord(extensions) || 'persistedQuery' in extensions)) return null;
  return { query, operationName: operationName ?? undefined, variables: variables ?? {} };
}

function knownOperation(
  { graph }: GraphExecutor,
  { query, operationName }: AskedOperation,
  mayChange: boolean,
): CompiledOperation<GraphContext> | null {
  const operation = graph.known(query, operationName);
  if (operation?.kind !== 'compiled') return null;
  return operation.type === OperationTypeNode.QUERY || mayChange ? operation : null;
}
