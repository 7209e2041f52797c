import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { ApolloServer } from '@apollo/server';
import type { Audience } from '@zhijia/access';
import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify';
import type { GraphContext } from '../graph/graph-context.js';
import { limits } from '../refusals.js';

/** `/<audience>/graphql`: POST, and GET for queries. */
export function addGraphRoute(
  server: FastifyInstance,
  audience: Audience,
  graph: ApolloServer<GraphContext>,
  gate: onRequestAsyncHookHandler,
): void {
  server.route({
    method: ['GET', 'POST'],
    url: `/${audience}/graphql`,
    bodyLimit: limits.bodyBytes[audience],
    onRequest: gate,
    handler: fastifyApolloHandler(graph, {
      context: async (request): Promise<GraphContext> => {
        if (request.viewer === null) throw new Error('A request came past the gate without a viewer');
        return { viewer: request.viewer, requestId: request.id, toldCodes: request.toldCodes };
      },
    }),
  });
}
