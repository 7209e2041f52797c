import { readFileSync } from 'node:fs';
import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { GraphQLModule, type GqlModuleOptions } from '@nestjs/graphql';
import { createDataSource, IdempotencyStore, migrateUnderLock } from '@zhijia/database';
import type { Log } from '@zhijia/logging';
import { Outbox, ParkingLot } from '@zhijia/messaging';
import { PolicyStore } from '@zhijia/policy';
import { DataSource } from 'typeorm';
import { buildServedSchema } from './build-served-schema.js';
import { DatabaseClock } from './database-clock.js';
import { DatabaseProbe } from './database-probe.js';
import { GraphDriver } from './graph-driver.js';
import { Health } from './health.js';
import { HealthController } from './health.controller.js';
import { MetricsPage } from './metrics/metrics-page.js';
import { ServiceMetrics } from './metrics/service-metrics.js';
import { ReferenceBatches } from './resolve-references.js';
import { scalars } from './scalars.js';
import type { SubgraphConfig } from './subgraph.config.js';
import type { SubgraphDefinition } from './subgraph-definition.js';
import { LOG, SUBGRAPH_CONFIG, WORKER_STATUS, type WorkerStatus } from './tokens.js';

/** What every subgraph shares: database, messaging, policies, graph, health. Global, so features just ask for it. */
@Module({})
export class SubgraphModule {
  /** The providers without the graph: what a worker or a command needs. */
  static providers(definition: SubgraphDefinition, config: SubgraphConfig, log: Log): Provider[] {
    const worker: { current: WorkerStatus | null } = { current: null };
    const metrics = new ServiceMetrics(definition.name);
    return [
      { provide: LOG, useValue: log },
      { provide: SUBGRAPH_CONFIG, useValue: config },
      { provide: DataSource, useFactory: () => openDatabase(definition, config, metrics, log) },
      {
        provide: DatabaseClock,
        inject: [DataSource],
        useFactory: (db: DataSource) => new DatabaseClock(db, log),
      },
      { provide: IdempotencyStore, useFactory: () => new IdempotencyStore() },
      { provide: Outbox, useFactory: () => new Outbox() },
      { provide: ParkingLot, useFactory: () => new ParkingLot() },
      { provide: PolicyStore, useFactory: () => new PolicyStore() },
      { provide: WORKER_STATUS, useValue: worker },
      { provide: ServiceMetrics, useValue: metrics },
      { provide: DatabaseProbe, useFactory: () => new DatabaseProbe(definition.name, config) },
      {
        provide: Health,
        inject: [DatabaseProbe],
        useFactory: (probe: DatabaseProbe) =>
          new Health(
            probe,
            definition.migrations.map(({ name }) => name),
            worker,
          ),
      },
      {
        provide: MetricsPage,
        inject: [DataSource, DatabaseProbe, Health],
        useFactory: (db: DataSource, probe: DatabaseProbe, health: Health) =>
          new MetricsPage({
            metrics,
            db,
            probe,
            health,
            worker,
            figures: definition.figures ?? [],
            group: `${config.kafka.prefix}${definition.name}`,
          }),
      },
    ];
  }

  /** Database, messaging and the service's own providers; no graph, no HTTP. */
  static core(definition: SubgraphDefinition, config: SubgraphConfig, log: Log): DynamicModule {
    const providers = SubgraphModule.providers(definition, config, log);
    return {
      module: SubgraphModule,
      global: true,
      providers,
      exports: providers.map((provider) => ('provide' in provider ? provider.provide : provider)),
    };
  }

  /** The whole service as it is served. */
  static serving(definition: SubgraphDefinition, config: SubgraphConfig, log: Log): DynamicModule {
    return {
      module: ServedSubgraph,
      imports: [SubgraphModule.core(definition, config, log), definition.module, graphModule(definition)],
      controllers: [HealthController],
    };
  }

  /** The service without its graph, for `worker.ts` and for commands. */
  static working(definition: SubgraphDefinition, config: SubgraphConfig, log: Log): DynamicModule {
    return { module: WorkingSubgraph, imports: [SubgraphModule.core(definition, config, log), definition.module] };
  }
}

@Module({})
class ServedSubgraph {}

@Module({})
class WorkingSubgraph {}

@Module({ imports: [DiscoveryModule], providers: [ReferenceBatches], exports: [ReferenceBatches] })
class ReferencesModule {}

/** Well within the gateway's patience: who waits for a lock is told to try again, not left without an answer. */
const lockTimeoutMs = 5_000;

async function openDatabase(
  definition: SubgraphDefinition,
  config: SubgraphConfig,
  metrics: ServiceMetrics,
  log: Log,
): Promise<DataSource> {
  const db = createDataSource({
    url: config.databaseUrl,
    applicationName: `zhijia-${definition.name}`,
    migrations: definition.migrations,
    poolSize: config.databasePoolSize,
    lockTimeoutMs,
    onPoolWait: (seconds) => metrics.poolWaitSeconds.observe(seconds),
  });
  await db.initialize();
  const migrations = await migrateUnderLock(db);
  if (migrations.length > 0) log.info({ migrations }, 'Migrated');
  return db;
}

function graphModule(definition: SubgraphDefinition): DynamicModule {
  return GraphQLModule.forRootAsync<GqlModuleOptions>({
    driver: GraphDriver,
    imports: [ReferencesModule],
    inject: [ReferenceBatches, ServiceMetrics],
    useFactory: (references: ReferenceBatches, metrics: ServiceMetrics): GqlModuleOptions => {
      const typeDefs = readFileSync(definition.schemaFile, 'utf8');
      return {
        typeDefs,
        resolvers: Object.fromEntries(
          Object.entries(scalars).filter(([name]) => new RegExp(`^scalar ${name}\\b`, 'm').test(typeDefs)),
        ),
        transformSchema: (schema) =>
          buildServedSchema(schema, { rules: definition.rules, references: references.find(), metrics }),
      };
    },
  });
}
