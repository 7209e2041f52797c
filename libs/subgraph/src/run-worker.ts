import { NestFactory } from '@nestjs/core';
import { createLog } from '@zhijia/logging';
import { startTracing } from '@zhijia/tracing';
import { DataSource } from 'typeorm';
import { Health } from './health.js';
import { MetricsPage } from './metrics/metrics-page.js';
import { nestLogger } from './nest-logger.js';
import { serveProbes } from './serve-probes.js';
import { endOnSignal } from './serve-subgraph.js';
import { startWorker } from './start-worker.js';
import type { SubgraphConfig } from './subgraph.config.js';
import type { SubgraphDefinition } from './subgraph-definition.js';
import { SubgraphModule } from './subgraph.module.js';

/** Runs the outbox relay, the consumers and the jobs of one service: the same image, the second command. */
export async function runWorker(definition: SubgraphDefinition, config: SubgraphConfig): Promise<void> {
  const log = createLog({ service: `${definition.name}-worker`, level: config.logLevel });
  const tracing = await startTracing(`${definition.name}-worker`, config.tracing);
  const app = await NestFactory.createApplicationContext(SubgraphModule.working(definition, config, log), {
    logger: nestLogger(log),
    abortOnError: false,
  });
  const worker = startWorker(app, definition, config, log);
  const probes = await serveProbes(app.get(Health), app.get(MetricsPage), config);
  log.info({ url: probes.url }, 'Working');
  const stop = async (): Promise<void> => {
    await worker.stop();
    await probes.server.close();
    const db = app.get(DataSource);
    await app.close();
    if (db.isInitialized) await db.destroy();
    await tracing.stop();
  };
  endOnSignal(stop, log, config.leash === 'stdin');
}
