import { randomBytes, randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineEvent, type EventContract, type PayloadOf } from '@zhijia/contracts';
import { databaseMigrations, execute, row, rows } from '@zhijia/database';
import { createLog } from '@zhijia/logging';
import { openTestDatabase, testKafka, until, type TestDatabase } from '@zhijia/testing';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import type { EntityManager, MigrationInterface, QueryRunner } from 'typeorm';
import { z } from 'zod';
import {
  createMessaging,
  messagingMigrations,
  type Messaging,
  type MessagingOptions,
  type Reaction,
  type ReceivedEvent,
} from '../src/index.js';

export const hoursPosted = defineEvent({
  type: 'timebank.hours-posted.v1',
  topic: 'timebank.account',
  schema: z.object({ number: z.int() }),
});
export const accountOpened = defineEvent({
  type: 'timebank.account-opened.v1',
  topic: 'timebank.opening',
  schema: z.object({ accountId: z.string() }),
});

class CreateEffect1760000000190 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`CREATE TABLE effect (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, reaction text NOT NULL, aggregate_id text NOT NULL,
      number integer NOT NULL)`);
    await db.query(`CREATE TABLE known_account (id text PRIMARY KEY)`);
  }
  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE effect, known_account`);
  }
}

export const log = createLog({ service: 'test', level: process.env['TEST_LOG_LEVEL'] ?? 'silent' });
export const deadLetterKey = randomBytes(32);

type HoursPosted = PayloadOf<typeof hoursPosted>;

/** Writes down what it was given; `refuse` may throw. */
export function recordHours(
  name = 'record-hours-when-posted',
  refuse: (event: ReceivedEvent<HoursPosted>) => void = () => undefined,
): Reaction<typeof hoursPosted> {
  return {
    name,
    contract: hoursPosted,
    async handle(tx, events) {
      await recordEffects(tx, name, events);
      for (const event of events) refuse(event);
    },
  };
}

export async function recordEffects(
  tx: EntityManager,
  name: string,
  events: readonly ReceivedEvent<HoursPosted>[],
): Promise<void> {
  await execute(
    tx,
    `INSERT INTO effect (reaction, aggregate_id, number)
     SELECT $1, item.aggregate_id, item.number
     FROM unnest($2::text[], $3::integer[]) WITH ORDINALITY AS item (aggregate_id, number, position) ORDER BY position`,
    [name, events.map((event) => event.aggregateId), events.map((event) => event.payload.number)],
  );
}

export interface Effect {
  aggregateId: string;
  number: number;
}

/** One database, one prefix on the broker, and as many services on them as a test wants. */
export class MessagingWorld {
  private readonly services: Messaging[] = [];
  private producer: Producer | null = null;

  private constructor(
    readonly database: TestDatabase,
    readonly kafka = testKafka(),
  ) {}

  static async open(): Promise<MessagingWorld> {
    return new MessagingWorld(
      await openTestDatabase({
        migrations: [...databaseMigrations, ...messagingMigrations, CreateEffect1760000000190],
        poolSize: 20,
      }),
    );
  }

  get db() {
    return this.database.dataSource;
  }

  service(options: Partial<MessagingOptions> = {}): Messaging {
    const service = createMessaging({
      db: this.db,
      source: 'timebank',
      reactions: [],
      published: [hoursPosted, accountOpened],
      deadLetterKey,
      log,
      ...options,
      kafka: { ...this.kafka, partitions: 4, ...options.kafka },
      consumer: { sessionTimeoutMs: 6_000, ...options.consumer },
    });
    this.services.push(service);
    return service;
  }

  async close(): Promise<void> {
    await this.stopServices();
    await this.producer?.disconnect();
    await this.database.close();
  }

  async stopServices(): Promise<void> {
    await Promise.all(this.services.splice(0).map((service) => service.stop()));
  }

  /** Adds events of one aggregate, in one transaction. */
  async post(service: Messaging, aggregateId: string, ...numbers: number[]): Promise<void> {
    await this.db.transaction((tx) =>
      service.outbox.addAll(
        tx,
        hoursPosted,
        numbers.map((number) => ({ aggregateId, payload: { number } })),
      ),
    );
  }

  async effects(): Promise<Effect[]> {
    return rows(this.db, `SELECT aggregate_id AS "aggregateId", number FROM effect ORDER BY id`);
  }

  async count(table: string): Promise<number> {
    return (await row<{ count: number }>(this.db, `SELECT count(*) AS count FROM ${table}`))?.count ?? 0;
  }

  /** Waits for the number and a moment longer, in which nothing more may come. */
  async settled(table: string, count: number, withinMs = 30_000): Promise<void> {
    await until(async () => (await this.count(table)) >= count, { what: `${count} rows in ${table}`, withinMs });
    await sleep(300);
    expect(await this.count(table)).toBe(count);
  }

  rawKafka(): Kafka {
    return new Kafka({ brokers: this.kafka.brokers, logLevel: logLevel.NOTHING });
  }

  /** Writes into a topic past every outbox: what strangers and accidents would write. */
  async produceRaw(topic: string, messages: readonly RawMessage[]): Promise<void> {
    if (this.producer === null) {
      this.producer = this.rawKafka().producer();
      await this.producer.connect();
    }
    await this.producer.send({
      topic: this.kafka.prefix + topic,
      messages: messages.map(({ key, value, headers }) => ({ key, value, headers })),
    });
  }

  async topicsExist(): Promise<void> {
    const admin = this.rawKafka().admin();
    await admin.connect();
    await admin.createTopics({
      waitForLeaders: true,
      topics: [hoursPosted, accountOpened].map(({ topic }) => ({ topic: this.kafka.prefix + topic, numPartitions: 4 })),
    });
    await admin.disconnect();
  }
}

export interface RawMessage {
  key: string | null;
  value: string | null;
  headers: Record<string, string>;
}

/** A well-formed message; tests spoil what they are about. */
export function aMessage(contract: EventContract, aggregateId: string, payload: unknown): RawMessage {
  return {
    key: aggregateId,
    value: JSON.stringify(payload),
    headers: {
      ce_specversion: '1.0',
      ce_id: randomUUID(),
      ce_type: contract.type,
      ce_source: 'timebank',
      ce_time: new Date().toISOString(),
      'content-type': 'application/json',
    },
  };
}

/** The line to the broker, which a test can cut. */
export class Line {
  private readonly sockets = new Set<Socket>();
  private isCut = false;

  readonly openSocket = (host: string, port: number): Socket => {
    // Port 1 is closed: a real refusal of a real connection.
    const socket = connect(this.isCut ? { host: '127.0.0.1', port: 1 } : { host, port });
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    return socket;
  };

  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy(Object.assign(new Error('cut'), { code: 'ECONNRESET' }));
  }

  mend(): void {
    this.isCut = false;
  }
}

/** Of each aggregate the numbers in the order of their effect. */
export function byAggregate(effects: readonly Effect[]): Map<string, number[]> {
  const numbers = new Map<string, number[]>();
  for (const effect of effects)
    numbers.set(effect.aggregateId, [...(numbers.get(effect.aggregateId) ?? []), effect.number]);
  return numbers;
}

export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
