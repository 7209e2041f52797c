import cors, { type FastifyCorsOptions } from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

/** What a route's `config` says of pages. */
interface PageConfig {
  cors?: FastifyCorsOptions;
}

/** By default a browser shows no answer of ours to a page of another origin; a route may allow some (CORS). */
export async function allowNoForeignPages(server: FastifyInstance): Promise<void> {
  await server.register(cors, { origin: false });
}

/** No cookies in any case: whoever asks shows a token. */
export function allowedPages(origins: readonly string[]): PageConfig {
  if (origins.length === 0) return {};
  return {
    cors: {
      origin: [...origins],
      methods: ['GET', 'POST'],
      allowedHeaders: ['authorization', 'dpop', 'content-type', 'apollo-require-preflight', 'traceparent'],
      exposedHeaders: ['x-request-id', 'retry-after', 'www-authenticate'],
      maxAge: 600,
    },
  };
}

/** For what is public: anybody recounts a board, with a page of their own too. */
export const anyPage: PageConfig = {
  cors: { origin: '*', methods: ['GET'], exposedHeaders: ['etag', 'content-digest', 'repr-digest'], maxAge: 600 },
};
