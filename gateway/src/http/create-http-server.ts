import { randomUUID } from 'node:crypto';
import type { Server } from 'node:tls';
import { renewTls, tlsServerOptions, type TlsFiles } from '@zhijia/config';
import type { Log } from '@zhijia/logging';
import { fastify, type FastifyError, type FastifyInstance } from 'fastify';
import type { Metrics } from '../metrics.js';
import { outcomeOf } from './outcome.js';
import { allowNoForeignPages } from './foreign-pages.js';
import { readJsonBodies } from './read-json.js';
import { refuse } from './refuse.js';
import { sendSecurityHeaders } from './security-headers.js';
import { traceRequests } from './trace-requests.js';

/** The HTTP server without its routes: request ids, log lines, metrics, headers, and one shape for every error. */
export async function createHttpServer(
  log: Log,
  metrics: Metrics,
  state: { isStopping: boolean },
  tls: TlsFiles | null = null,
): Promise<FastifyInstance> {
  const server = fastify({
    // Typed as for HTTP: nothing here depends on which of the two it is.
    ...(tls === null ? {} : ({ https: tlsServerOptions(tls) } as object)),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    exposeHeadRoutes: false,
    keepAliveTimeout: 75_000,
    // A request that trickles in, and a reader who stopped reading, are let go.
    requestTimeout: 30_000,
    connectionTimeout: 120_000,
    forceCloseConnections: 'idle',
    // What comes over an open connection while stopping is still answered, and is the last there.
    return503OnClosing: false,
  });
  if (tls !== null) {
    const stopLooking = renewTls(server.server as unknown as Server, tls, (error) =>
      log.error({ err: error }, 'The changed certificate cannot be used'),
    );
    server.addHook('onClose', async () => stopLooking());
  }
  readJsonBodies(server);
  server.decorateRequest('toldCodes');
  server.decorateRequest('signing', null);
  server.decorateRequest('mayChange', false);
  server.decorateRequest('interactionId', null);
  traceRequests(server, isProbe);

  server.addHook('onRequest', (request, reply, done) => {
    request.toldCodes = [];
    reply.header('x-request-id', request.id);
    done();
  });
  sendSecurityHeaders(server);
  await allowNoForeignPages(server);
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (state.isStopping) reply.header('connection', 'close');
    done();
  });
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    const durationMs = Math.round(reply.elapsedTime * 10) / 10;
    metrics.requests.inc({ route, status: reply.statusCode });
    metrics.outcomes.inc({ route, outcome: outcomeOf(reply.statusCode, request.toldCodes) });
    metrics.requestSeconds.observe({ route }, reply.elapsedTime / 1_000);
    for (const code of request.toldCodes) metrics.errors.inc({ code });
    // Probes come every second and tell nothing while all is well.
    const level = isProbe(route) ? 'debug' : 'info';
    log[level](
      {
        requestId: request.id,
        ...(request.interactionId === null ? {} : { interactionId: request.interactionId }),
        traceId: request.span?.spanContext().traceId,
        route,
        status: reply.statusCode,
        durationMs,
        codes: request.toldCodes,
      },
      'Answered',
    );
    done();
  });

  server.setNotFoundHandler((request, reply) => refuse(request, reply, 'NOT_FOUND'));
  server.setErrorHandler(async (error: FastifyError, request, reply) => {
    if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
      const max = request.routeOptions.bodyLimit;
      return refuse(request, reply, 'LIMIT_EXCEEDED', { status: 413, extensions: { limit: 'bodyBytes', max } });
    }
    const status = error.statusCode ?? 500;
    if (status >= 400 && status < 500) return refuse(request, reply, 'BAD_REQUEST', { status });
    const errorId = randomUUID();
    log.error({ err: error, errorId, requestId: request.id }, 'A request failed');
    return refuse(request, reply, 'INTERNAL', { extensions: { errorId } });
  });
  return server;
}

function isProbe(route: string): boolean {
  return route.startsWith('/health/') || route === '/metrics';
}
