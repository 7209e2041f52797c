import type { FastifyReply, FastifyRequest } from 'fastify';
import { refusals, type GatewayCode } from '../refusals.js';
import { responseTypeFor } from './media-types.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The codes of the errors that this request was answered with, for its log line. */
    toldCodes: string[];
  }
}

/** Answers as GraphQL does, so that a client reads one shape of error wherever it arises. */
export async function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  code: GatewayCode,
  options: { status?: number; extensions?: Readonly<Record<string, unknown>> } = {},
): Promise<void> {
  const { status, message } = refusals[code];
  request.toldCodes.push(code);
  await reply
    .code(options.status ?? status)
    .header('content-type', `${responseTypeFor(request.headers.accept) ?? 'application/json'}; charset=utf-8`)
    .header('cache-control', 'no-store')
    .send(JSON.stringify({ errors: [{ message, extensions: { code, ...options.extensions } }] }));
}
