import type { Log } from '@zhijia/logging';
import { traceHeaders } from '@zhijia/tracing';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { anybody } from '../graph/share-answers.js';
import type { Subgraph } from '../graph/subgraph.js';
import { anyPage } from './foreign-pages.js';
import { refuse } from './refuse.js';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const sha256 = /^[0-9a-f]{64}$/;
/** Passed on: what a reader needs to know that they hold the whole board, and the board that was announced. */
const passedHeaders = [
  'content-type',
  'content-length',
  'content-disposition',
  'content-digest',
  'repr-digest',
  'cache-control',
  'etag',
  'last-modified',
] as const;
const passedStatuses: ReadonlySet<number> = new Set([200, 304]);

/**
 * What everybody may read, streamed as fast as the reader reads: `/boards/<campaign>.ndjson`, and `/manifests/<hash>.jws`,
 * named by what it says.
 */
export function addBallotRoutes(server: FastifyInstance, subgraph: Subgraph, log: Log): void {
  server.get<{ Params: { campaign: string } }>(
    '/boards/:campaign.ndjson',
    { config: anyPage },
    async (request, reply) => {
      const campaignId = request.params.campaign;
      if (!uuid.test(campaignId)) return refuse(request, reply, 'NOT_FOUND');
      return sendFile(subgraph, `/boards/${campaignId}.ndjson`, request, reply, log);
    },
  );
  server.get<{ Params: { hash: string } }>('/manifests/:hash.jws', { config: anyPage }, async (request, reply) => {
    const { hash } = request.params;
    if (!sha256.test(hash)) return refuse(request, reply, 'NOT_FOUND');
    return sendFile(subgraph, `/manifests/${hash}.jws`, request, reply, log);
  });
}

async function sendFile(
  subgraph: Subgraph,
  path: string,
  request: FastifyRequest,
  reply: FastifyReply,
  log: Log,
): Promise<unknown> {
  const held = request.headers['if-none-match'];
  const headers = {
    'x-request-id': request.id,
    ...traceHeaders(),
    ...(held === undefined ? {} : { 'if-none-match': held }),
  };
  let answer: Awaited<ReturnType<Subgraph['send']>>;
  try {
    answer = await subgraph.send({ viewer: anybody('mobile'), method: 'GET', path, headers });
  } catch (error) {
    log.warn({ err: error, subgraph: subgraph.name, requestId: request.id }, 'A subgraph does not answer');
    return refuseForNow(request, reply);
  }
  if (!passedStatuses.has(answer.statusCode)) {
    await answer.body.dump();
    if (answer.statusCode === 404) return refuse(request, reply, 'NOT_FOUND');
    log.warn(
      { subgraph: subgraph.name, status: answer.statusCode, requestId: request.id },
      'A public file was not answered',
    );
    return refuseForNow(request, reply);
  }
  for (const name of passedHeaders) {
    const value = answer.headers[name];
    if (value !== undefined) reply.header(name, value);
  }
  reply.code(answer.statusCode);
  if (answer.statusCode === 304) {
    await answer.body.dump();
    return reply.send();
  }
  return reply.send(answer.body);
}

function refuseForNow(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.header('retry-after', '5');
  return refuse(request, reply, 'TRY_AGAIN', { extensions: { retryable: true } });
}
