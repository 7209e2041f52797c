import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from './refuse.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** How a partner's server names this exchange in its own log; null where nobody does. */
    interactionId: string | null;
  }
}

export const interactionIdHeader = 'x-fapi-interaction-id';
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** FAPI: an answer carries the id that its request came with, or one that is made for it. */
export async function playInteractionIdBack(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const sent = request.headers[interactionIdHeader];
  const isReadable = typeof sent === 'string' && uuid.test(sent);
  request.interactionId = isReadable ? sent : randomUUID();
  reply.header(interactionIdHeader, request.interactionId);
  if (sent !== undefined && !isReadable) return refuse(request, reply, 'INTERACTION_ID_MALFORMED');
}
