import type { INestApplicationContext } from '@nestjs/common';
import type { Log } from '@zhijia/logging';
import { createMessaging } from '@zhijia/messaging';
import { DataSource } from 'typeorm';
import { DatabaseProbe } from './database-probe.js';
import { JobRunner } from './job-runner.js';
import { ServiceMetrics } from './metrics/service-metrics.js';
import type { SubgraphConfig } from './subgraph.config.js';
import type { SubgraphDefinition } from './subgraph-definition.js';
import { WORKER_STATUS, type WorkerStatus } from './tokens.js';

export interface RunningWorker {
  stop(): Promise<void>;
}

/** Relay, consumers and jobs of one service, from the providers of its application. Never waits for the broker. */
export function startWorker(
  app: INestApplicationContext,
  definition: SubgraphDefinition,
  config: SubgraphConfig,
  log: Log,
): RunningWorker {
  const db = app.get(DataSource);
  const metrics = app.get(ServiceMetrics);
  const messaging = createMessaging({
    db,
    probe: app.get(DatabaseProbe),
    source: definition.name,
    kafka: config.kafka,
    reactions: definition.reactions.map((reaction) => app.get(reaction, { strict: false })),
    published: definition.publishes,
    deadLetterKey: config.deadLetterKey,
    log,
  });
  const jobs = new JobRunner(
    db,
    definition.jobs.map((job) => app.get(job, { strict: false })),
    log,
    ({ job, isDone, seconds }) => {
      metrics.jobRuns.inc({ name: job, outcome: isDone ? 'done' : 'failed' });
      metrics.jobSeconds.observe({ name: job }, seconds);
      if (isDone) metrics.jobLastDone.setToCurrentTime({ name: job });
    },
  );
  messaging.start();
  jobs.start();
  const status: { current: WorkerStatus | null } = app.get(WORKER_STATUS);
  status.current = {
    degraded: async () => (await messaging.health()).reasons,
    figures: () => messaging.metrics.readLive(),
  };
  return {
    stop: async () => {
      await jobs.stop();
      await messaging.stop();
    },
  };
}
