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

export interface RunningWorkerProcess {
  /** Where it answers probes and Prometheus. */
  url: string;
  stop(): Promise<void>;
}

/**
 * Runs the outbox relay, the consumers and the jobs of one service: the same image, the second command. On `PORT` it
 * answers the questions about itself, and no others.
 */
export async function runWorker(definition: SubgraphDefinition, config: SubgraphConfig): Promise<RunningWorkerProcess> {
  const log = createLog({ service: `${definition.name}-worker`, level: config.logLevel });
  const tracing = await startTracing(`${definition.name}-worker`, config.tracing);
  const app = await NestFactory.createApplicationContext(SubgraphModule.working(definition, config, log), {
    logger: nestLogger(log),
    abortOnError: false,
  });
  const worker = startWorker(app, definition, config, log);
  const probes = await serveProbes(app.get(Health), app.get(MetricsPage), config);
  log.info({ url: probes.url }, 'Working');
  let stopping: Promise<void> | null = null;
  const drain = async (): Promise<void> => {
    await worker.stop();
    await probes.server.close();
    const db = app.get(DataSource);
    await app.close();
    if (db.isInitialized) await db.destroy();
    await tracing.stop();
  };
  const stop = (): Promise<void> => (stopping ??= drain());
  endOnSignal(stop, log, config.leash === 'stdin');
  return { url: probes.url, stop };
}
