import { verifyViewerStatement, viewerStatementHeader, type Viewer } from '@zhijia/access';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Log } from '@zhijia/logging';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set for every request beyond the gate. */
    viewer: Viewer | null;
    /** The bytes of the body as they came, kept by Nest's `rawBody` option. */
    rawBody?: Buffer;
  }
}

/** Asked by probes on the inside; they tell nothing of anybody. */
const openPaths: ReadonlySet<string> = new Set(['/health/live', '/health/ready', '/metrics']);

/** Refuses whatever does not carry a viewer statement for exactly this request, on every path. */
export function installViewerGate(
  server: FastifyInstance,
  options: { subgraph: string; keys: readonly Buffer[]; now: () => number; log: Log },
): void {
  server.decorateRequest('viewer', null);
  server.addHook('preHandler', (request: FastifyRequest, reply: FastifyReply, pass: () => void) => {
    const [path = ''] = request.url.split('?', 1);
    if (openPaths.has(path)) return pass();
    const header = request.headers[viewerStatementHeader];
    const check = verifyViewerStatement(
      typeof header === 'string' ? header : undefined,
      { subgraph: options.subgraph, method: request.method, path: request.url, body: request.rawBody ?? '' },
      options.keys,
      options.now(),
    );
    if (check.kind === 'verified') {
      request.viewer = check.viewer;
      return pass();
    }
    // The route, never the path as it came: anything can stand in that.
    const route = request.routeOptions.url ?? 'none';
    options.log.warn({ reason: check.reason, route }, 'A request without a valid viewer statement was refused');
    void reply.code(401).send({
      errors: [
        {
          message: 'Subgraphs answer the gateway only. 子图只响应网关。',
          extensions: { code: 'VIEWER_STATEMENT_REFUSED', reason: check.reason },
        },
      ],
    });
  });
}
