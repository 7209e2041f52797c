import { HeaderMap, type HTTPGraphQLHead } from '@apollo/server';
import type { Viewer } from '@zhijia/access';
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { findDocument } from '../documents/find-document.js';
import { Deadline } from '../graph/deadline.js';
import type { GraphSlot } from '../graph/graph-slot.js';
import { allowedPages } from './foreign-pages.js';
import { graphqlResponse, json, responseTypeFor, type ResponseType } from './media-types.js';
import { playInteractionIdBack } from './interaction-id.js';
import { refuse } from './refuse.js';
import { signatureGate } from './signature-gate.js';
import { variablesGate } from './variables-gate.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set for every request beyond the gate. */
    viewer: Viewer | null;
  }
}

/** What Apollo Server looks at: the form of the answer, and whether a foreign web page could have sent the request. */
const readHeaders = ['accept', 'content-type', 'apollo-require-preflight', 'x-apollo-operation-name'] as const;

/** A request that is right as GraphQL over HTTP, whose document is not. */
const documentCodes: ReadonlySet<string> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_USER_INPUT',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/** GraphQL over HTTP: POST, and GET for queries. */
export function addGraphRoute(
  server: FastifyInstance,
  route: {
    url: string;
    maxBodyBytes: number;
    maxVariablesBytes: number;
    graph: GraphSlot;
    operationTimeoutMs: number;
    /** Answers the documents of the graph's manifest and no other. */
    onlyTrusted: boolean;
    /** In turn, before the body is read: each refuses, or says who asks. */
    gates: readonly onRequestAsyncHookHandler[];
    /** Asked by partners' servers, as FAPI has it: each exchange has an id that both sides log. */
    isForServers?: boolean;
    /** Origins of web pages that may ask from a browser. */
    foreignPages?: readonly string[];
  },
): void {
  const { url, maxBodyBytes, maxVariablesBytes, operationTimeoutMs, graph, onlyTrusted, gates } = route;
  const isForServers = route.isForServers === true;
  const first = isForServers ? [playInteractionIdBack] : [];
  const config = allowedPages(route.foreignPages ?? []);
  server.route({
    method: ['GET', 'POST'],
    url,
    config,
    bodyLimit: maxBodyBytes,
    // Before the body is read and before anything is done: an answer that nobody accepts is no reason to act.
    onRequest: [...first, refuseUnacceptable, ...gates],
    preHandler: [...(isForServers ? [signatureGate] : []), variablesGate(maxVariablesBytes)],
    handler: async (request, reply) => {
      const { viewer, id, toldCodes } = request;
      if (viewer === null) throw new Error('A request came past the gate without a viewer');
      const mayChange = !isForServers || request.mayChange;
      const deadline = new Deadline(operationTimeoutMs);
      const answering = graph.ask(async ({ answer: answerTo, documents }) => {
        const sent = { body: request.body, search: searchOf(request.url) };
        const found = findDocument(sent, documents, { onlyTrusted });
        if (found.kind === 'unknown') return null;
        return answerTo(
          { method: request.method, headers: () => headersOf(request), ...found.request },
          { viewer, mayChange, requestId: id, deadline, toldCodes },
        );
      });
      const answer = await answering.finally(() => deadline.lift());
      if (answer === null) return refuse(request, reply, 'DOCUMENT_UNKNOWN');
      const { headers = usualHeaders[responseTypeFor(request.headers.accept) ?? json], status, text } = answer;
      for (const [name, value] of headers) reply.header(name, value);
      reply.code(statusOf(status, headers, toldCodes));
      return text;
    },
  });
  server.route({
    method: ['HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    url,
    config,
    onRequest: [
      ...first,
      async (request, reply) => {
        reply.header('allow', 'GET, POST');
        return refuse(request, reply, 'BAD_REQUEST', { status: 405 });
      },
    ],
    handler: async () => {},
  });
}

function refuseUnacceptable(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  if (responseTypeFor(request.headers.accept) !== null) done();
  else void refuse(request, reply, 'BAD_REQUEST', { status: 406 });
}

const usualHeaders: Readonly<Record<ResponseType, HeaderMap>> = {
  [json]: usualHeadersOf(json),
  [graphqlResponse]: usualHeadersOf(graphqlResponse),
};

function usualHeadersOf(type: ResponseType): HeaderMap {
  return new HeaderMap([
    ['cache-control', 'no-store'],
    ['content-type', `${type}; charset=utf-8`],
  ]);
}

function headersOf({ headers }: FastifyRequest): HeaderMap {
  const map = new HeaderMap();
  for (const name of readHeaders) {
    const value = headers[name];
    if (typeof value === 'string') map.set(name, value);
  }
  return map;
}

function searchOf(url: string): string {
  const from = url.indexOf('?');
  return from === -1 ? '' : url.slice(from);
}

/**
 * With `application/json` a status tells of the request, not of the document in it: 200 where that was well formed, so
 * that clients know an answer of this gateway from one of a proxy's. With `application/graphql-response+json` the type
 * tells this already, and the status says that nothing was executed.
 */
function statusOf(
  status: number | undefined,
  headers: HTTPGraphQLHead['headers'],
  toldCodes: readonly string[],
): number {
  const wasExecuted = status === undefined;
  if (wasExecuted || toldCodes.length === 0 || !toldCodes.every((code) => documentCodes.has(code))) {
    return status ?? 200;
  }
  return headers.get('content-type')?.startsWith(graphqlResponse) === true ? 400 : 200;
}
