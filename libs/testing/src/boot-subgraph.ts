import { randomBytes, randomUUID } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { signViewerStatement, viewerStatementHeader, type Viewer } from '@zhijia/access';
import type { EventContract, PayloadOf } from '@zhijia/contracts';
import { row, rows } from '@zhijia/database';
import { createLog } from '@zhijia/logging';
import type { Reaction, ReceivedEvent } from '@zhijia/messaging';
import {
  installViewerGate,
  nestLogger,
  readSubgraphConfig,
  SubgraphModule,
  traceRequests,
  type SubgraphDefinition,
} from '@zhijia/subgraph';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import type { FormattedExecutionResult } from 'graphql';
import { DataSource } from 'typeorm';
import { openTestDatabase } from './test-database.js';

export interface BootOptions {
  /** What the service's own `*.config.ts` adds. */
  config?: Readonly<Record<string, unknown>>;
  poolSize?: number;
}

export interface Delivery {
  /** Given where the same event comes twice. */
  eventId?: string;
  aggregateId?: string;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test says what it asked for
type Answer<Data = any> = FormattedExecutionResult<Data>;

/** One service on a database of its own, asked as the gateway would ask it. */
export interface BootedSubgraph {
  app: NestFastifyApplication;
  db: DataSource;
  /** Sends one operation with a viewer statement over exactly this body. */
  ask<Data = any>(viewer: Viewer, query: string, variables?: Readonly<Record<string, unknown>>): Promise<Answer<Data>>; // eslint-disable-line @typescript-eslint/no-explicit-any
  /** A raw request, for what the gate refuses. */
  inject(request: InjectOptions): Promise<LightMyRequestResponse>;
  /** Opens a port as well: for a gateway, which then holds the key of the statements. Closed with the service. */
  listen(): Promise<{ url: string; key: Buffer }>;
  /** The signed header for a raw request. */
  statement(viewer: Viewer, request: { method: string; path: string; body: string }): string;
  /** Has every reaction to this contract apply the events once, as the consumer would; answers their ids. */
  deliver<Contract extends EventContract>(
    contract: Contract,
    payloads: readonly PayloadOf<Contract>[],
    delivery?: Delivery,
  ): Promise<string[]>;
  /** What the service has written to its outbox for this contract, oldest first. */
  outbox<Contract extends EventContract>(contract: Contract): Promise<PayloadOf<Contract>[]>;
  /** Moves the service's time. */
  close(): Promise<void>;
}

/** Boots a service from its definition on real PostgreSQL; its worker is the test itself (`deliver`). */
export async function bootSubgraph(definition: SubgraphDefinition, options: BootOptions = {}): Promise<BootedSubgraph> {
  const database = await openTestDatabase({ migrations: definition.migrations });
  await database.dataSource.destroy();
  const key = randomBytes(32);
  const config = {
    ...readSubgraphConfig({
      ZHIJIA_MODE: 'test',
      DATABASE_URL: database.url,
      DATABASE_POOL_SIZE: String(options.poolSize ?? 16),
      KAFKA_BROKERS: '127.0.0.1:1',
      VIEWER_STATEMENT_KEYS: key.toString('base64url'),
      DEAD_LETTER_KEY: randomBytes(32).toString('base64url'),
      LOG_LEVEL: 'fatal',
    }),
    consentGrantKeys: [randomBytes(32)],
    ...options.config,
  };
  const log = createLog({ service: definition.name, level: process.env['TEST_LOG_LEVEL'] ?? 'fatal' });
  const app = await NestFactory.create<NestFastifyApplication>(
    SubgraphModule.serving(definition, config, log),
    new FastifyAdapter(),
    { rawBody: true, logger: nestLogger(log), abortOnError: false },
  );
  const server = app.getHttpAdapter().getInstance();
  installViewerGate(server, { subgraph: definition.name, keys: [key], now: () => Date.now(), log });
  traceRequests(server);
  await app.init();
  await server.ready();
  const db = app.get(DataSource);

  function statement(viewer: Viewer, request: { method: string; path: string; body: string }): string {
    return signViewerStatement(viewer, { subgraph: definition.name, ...request }, key, Date.now());
  }

  return {
    app,
    db,
    statement,
    inject: (request) => server.inject(request),
    listen: async () => {
      await app.listen(0, '127.0.0.1');
      return { url: await app.getUrl(), key };
    },
    ask: async <Data>(viewer: Viewer, query: string, variables: Readonly<Record<string, unknown>> = {}) => {
      const body = JSON.stringify({ query, variables });
      const response = await server.inject({
        method: 'POST',
        url: '/graphql',
        headers: {
          'content-type': 'application/json',
          [viewerStatementHeader]: statement(viewer, { method: 'POST', path: '/graphql', body }),
        },
        body,
      });
      return response.json<Answer<Data>>();
    },
    deliver: async (contract, payloads, delivery = {}) => {
      const events = payloads.map((payload) => anEvent(contract, payload, delivery));
      for (const reaction of definition.reactions) {
        const provider: Reaction<EventContract> = app.get(reaction, { strict: false });
        if (provider.contract.type === contract.type) await applyOnce(db, provider, events);
      }
      return events.map((event) => event.id);
    },
    outbox: async <Contract extends EventContract>(contract: Contract) => {
      const found = await rows<{ payload: PayloadOf<Contract> }>(
        db,
        `SELECT payload FROM outbox WHERE type = $1 ORDER BY id`,
        [contract.type],
      );
      return found.map((each) => each.payload);
    },
    close: async () => {
      await app.close();
      if (db.isInitialized) await db.destroy();
      await database.close();
    },
  };
}

function anEvent(contract: EventContract, payload: unknown, delivery: Delivery): ReceivedEvent {
  return {
    id: delivery.eventId ?? randomUUID(),
    type: contract.type,
    source: contract.type.split('.')[0] ?? '',
    occurredAt: new Date().toISOString(),
    aggregateId: delivery.aggregateId ?? randomUUID(),
    traceparent: null,
    payload: contract.schema.parse(payload),
  };
}

async function applyOnce(db: DataSource, reaction: Reaction, events: readonly ReceivedEvent[]): Promise<void> {
  await db.transaction(async (tx) => {
    const unseen: ReceivedEvent[] = [];
    for (const event of events) {
      const claimed = await row(
        tx,
        `INSERT INTO inbox (consumer, event_id, received_at) VALUES ($1, $2, zhijia_now())
         ON CONFLICT DO NOTHING RETURNING event_id`,
        [reaction.name, event.id],
      );
      if (claimed !== null) unseen.push(event);
    }
    if (unseen.length > 0) await reaction.handle(tx, unseen);
  });
}
