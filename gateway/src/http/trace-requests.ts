import { readTraceparent, runInSpan, SpanKind, startSpanForStranger, type Span } from '@zhijia/tracing';
import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null for probes: they are nobody's work. */
    span: Span | null;
  }
}

/**
 * Each request goes on in its client's trace, or begins one: two ids, that log lines, subgraphs and events carry on. A
 * span says the route and how it ended, and nothing that the client wrote.
 */
export function traceRequests(server: FastifyInstance, isProbe: (route: string) => boolean): void {
  server.decorateRequest('span', null);
  server.addHook('onRequest', (request, _reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    if (!isProbe(route)) {
      const { traceparent } = request.headers;
      const claimed = typeof traceparent === 'string' ? readTraceparent(traceparent) : null;
      request.span = startSpanForStranger(`${request.method} ${route}`, claimed, { kind: SpanKind.SERVER });
    }
    done();
  });
  server.addHook('preHandler', (request, _reply, done) => {
    // Not `await`: the handler behind this one runs in here. Reading the body would have left it.
    if (request.span === null) done();
    else runInSpan(request.span, done);
  });
  server.addHook('onResponse', (request, reply, done) => {
    const { span } = request;
    if (span?.isRecording() === true) {
      span.setAttributes({
        'http.request.method': request.method,
        'http.route': request.routeOptions.url ?? 'none',
        'http.response.status_code': reply.statusCode,
        'zhijia.codes': [...new Set(request.toldCodes)],
      });
    }
    span?.end();
    done();
  });
}
