import { fastify, type FastifyInstance } from 'fastify';
import type { Health } from './health.js';
import type { MetricsPage } from './metrics/metrics-page.js';

/** A worker answers nothing but the questions about itself. */
export async function serveProbes(
  health: Health,
  page: MetricsPage,
  address: { port: number; host: string },
): Promise<{ url: string; server: FastifyInstance }> {
  const server = fastify({ forceCloseConnections: true });
  server.get('/health/live', async () => ({ status: 'live' }));
  server.get('/health/ready', async (_request, reply) => {
    const readiness = await health.readiness();
    return reply.code(readiness.status === 'unready' ? 503 : 200).send(readiness);
  });
  server.get('/metrics', async (_request, reply) =>
    reply.header('content-type', page.contentType).send(await page.render()),
  );
  return { url: await server.listen(address), server };
}
