import type { preHandlerHookHandler } from 'fastify';
import { refuse } from './refuse.js';

/** Refuses variables past a limit. Those of a body that is smaller are, whatever they hold. */
export function variablesGate(max: number): preHandlerHookHandler {
  return (request, reply, done) => {
    if (request.bodyBytes.length <= max || variablesBytesOf(request.body) <= max) done();
    else void refuse(request, reply, 'LIMIT_EXCEEDED', { extensions: { limit: 'variablesBytes', max } });
  };
}

function variablesBytesOf(body: unknown): number {
  if (typeof body !== 'object' || body === null || !('variables' in body)) return 0;
  return Buffer.byteLength(JSON.stringify(body.variables) ?? '');
}
