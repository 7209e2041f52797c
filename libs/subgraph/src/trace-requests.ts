import { readTraceparent, runInSpan, SpanKind, startSpan, type Span } from '@zhijia/tracing';
import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    span: Span | null;
  }
}

/**
 * Requests go on in the trace that the gateway began: their statements, log lines and events belong to it. Installed
 * behind the viewer gate, so that nobody but the gateway is believed about it.
 */
export function traceRequests(server: FastifyInstance): void {
  server.decorateRequest('span', null);
  server.addHook('preHandler', (request, _reply, done) => {
    if (request.viewer === null) return done();
    const { traceparent } = request.headers;
    const parent = typeof traceparent === 'string' ? readTraceparent(traceparent) : null;
    const route = request.routeOptions.url ?? 'none';
    request.span = startSpan(`${request.method} ${route}`, parent, {
      kind: SpanKind.SERVER,
      attributes: { 'http.request.method': request.method, 'http.route': route },
    });
    // Not `await`: the hooks and the handler behind this one run in here.
    runInSpan(request.span, done);
  });
  server.addHook('onResponse', (request, reply, done) => {
    request.span?.setAttribute('http.response.status_code', reply.statusCode);
    request.span?.end();
    done();
  });
}
