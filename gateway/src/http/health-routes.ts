import type { FastifyInstance } from 'fastify';
import type { Subgraph } from '../graph/subgraph.js';
import type { Metrics } from '../metrics.js';

const probeWithinMs = 2_000;
/** Probes are public: however often they come, subgraphs are asked this seldom. */
const rememberedMs = 1_000;

/**
 * Liveness asks nobody. Ready means: the supergraphs are loaded, which they are before this server listens. A subgraph
 * that does not answer makes it say degraded, never unready: the other parts go on.
 */
export function addHealthRoutes(
  server: FastifyInstance,
  subgraphs: readonly Subgraph[],
  metrics: Metrics,
  state: { isStopping: boolean },
): void {
  let asked: { atMs: number; answer: Promise<string[]> } | null = null;
  const degraded = (): Promise<string[]> => {
    if (asked === null || Date.now() - asked.atMs > rememberedMs) {
      asked = { atMs: Date.now(), answer: silentAmong(subgraphs) };
    }
    return asked.answer;
  };

  server.get('/health/live', async () => ({ status: 'live' }));
  server.get('/health/ready', async (_request, reply) => {
    if (state.isStopping) return reply.code(503).send({ status: 'unready', reasons: ['stopping'] });
    const silent = await degraded();
    return { status: silent.length === 0 ? 'ready' : 'degraded', degraded: silent };
  });
  server.get('/metrics', async (_request, reply) => {
    return reply.header('content-type', metrics.registry.contentType).send(await metrics.registry.metrics());
  });
}

async function silentAmong(subgraphs: readonly Subgraph[]): Promise<string[]> {
  const answers = await Promise.all(
    subgraphs.map(async (subgraph) => ({ name: subgraph.name, isReady: await subgraph.isReady(probeWithinMs) })),
  );
  return answers.filter(({ isReady }) => !isReady).map(({ name }) => name);
}
