import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { createLog, type Log } from '@zhijia/logging';
import { startTracing, type RunningTracing } from '@zhijia/tracing';
import { DataSource } from 'typeorm';
import { DatabaseClock } from './database-clock.js';
import { endWithParent } from './leash.js';
import { nestLogger } from './nest-logger.js';
import { startWorker, type RunningWorker } from './start-worker.js';
import type { SubgraphConfig } from './subgraph.config.js';
import type { SubgraphDefinition } from './subgraph-definition.js';
import { SubgraphModule } from './subgraph.module.js';
import { traceRequests } from './trace-requests.js';
import { installViewerGate } from './viewer-gate.js';

/** The import mutation takes files of up to 1 MB; JSON spells them longer. */
const maxBodyBytes = 4 * 1_024 * 1_024;
const drainLimitMs = 10_000;

export interface RunningSubgraph {
  app: NestFastifyApplication;
  url: string;
  /** Lets running requests and events finish, then closes. Safe to call twice. */
  stop(): Promise<void>;
}

/** Serves one subgraph until it is told to stop; with `WORKER=inline` its worker runs in the same process. */
export async function serveSubgraph(definition: SubgraphDefinition, config: SubgraphConfig): Promise<RunningSubgraph> {
  const log = createLog({ service: definition.name, level: config.logLevel });
  const tracing = await startTracing(definition.name, config.tracing);
  const app = await NestFactory.create<NestFastifyApplication>(
    SubgraphModule.serving(definition, config, log),
    new FastifyAdapter({
      bodyLimit: maxBodyBytes,
      keepAliveTimeout: 75_000,
      forceCloseConnections: 'idle',
      // While it drains, what is under way and what just came is still answered.
      return503OnClosing: false,
    }),
    { rawBody: true, logger: nestLogger(log), abortOnError: false },
  );
  const server = app.getHttpAdapter().getInstance();
  // The gateway's statements are seconds old: a machine whose clock is wrong would take none of them.
  const clock = app.get(DatabaseClock);
  await clock.start();
  installViewerGate(server, {
    subgraph: definition.name,
    keys: config.viewerStatementKeys,
    now: () => clock.now(),
    log,
  });
  traceRequests(server);
  let stopping: Promise<void> | null = null;
  // The gateway keeps its connections open: without this word a drain would wait for them until it is cut.
  server.addHook('onSend', (_request, reply, _payload, send) => {
    if (stopping !== null) void reply.header('connection', 'close');
    send();
  });
  await app.listen(config.port, config.host);
  const worker = config.worker === 'inline' ? startWorker(app, definition, config, log) : null;
  const url = await app.getUrl();
  log.info({ url, worker: config.worker }, 'Serving');

  const stop = (): Promise<void> => (stopping ??= drain(app, worker, clock, tracing));
  endOnSignal(stop, log, config.leash === 'stdin');
  return { app, url, stop };
}

async function drain(
  app: NestFastifyApplication,
  worker: RunningWorker | null,
  clock: DatabaseClock,
  tracing: RunningTracing,
): Promise<void> {
  await worker?.stop();
  clock.stop();
  const db = app.get(DataSource);
  await app.close();
  if (db.isInitialized) await db.destroy();
  await tracing.stop();
}

/** SIGTERM and SIGINT drain; what does not end in time is cut, so that a deployment never hangs. */
export function endOnSignal(stop: () => Promise<void>, log: Log, isLeashed: boolean): void {
  const end = (): void => {
    setTimeout(() => process.exit(1), drainLimitMs).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'Stopping failed');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  if (isLeashed) endWithParent(end);
}
