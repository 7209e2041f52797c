import type { FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from './refuse.js';

/** Refuses variables past a limit. Those of a body that is smaller are, whatever they hold. */
export function variablesGate(max: number): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  return async (request, reply) => {
    if (request.bodyBytes.length <= max || variablesBytesOf(request.body) <= max) return;
    return refuse(request, reply, 'LIMIT_EXCEEDED', { extensions: { limit: 'variablesBytes', max } });
  };
}

function variablesBytesOf(body: unknown): number {
  if (typeof body !== 'object' || body === null || !('variables' in body)) return 0;
  return Buffer.byteLength(JSON.stringify(body.variables) ?? '');
}
