import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Rates } from '../rates/rates.js';
import { refuse } from './refuse.js';

/** Refuses who asks too often, before the body is read. */
export function rateGate(rates: Rates): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  return async (request, reply) => {
    if (request.viewer === null) return;
    const seconds = await rates.secondsToWait(request.viewer, 'requests', 1);
    if (seconds === 0) return;
    reply.header('retry-after', String(seconds));
    return refuse(request, reply, 'RATE_LIMITED', { extensions: { retryable: true } });
  };
}
