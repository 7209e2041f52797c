import { ownerOf, type EventContract } from '@zhijia/contracts';
import type { Queryable } from '@zhijia/database';
import type { Log } from '@zhijia/logging';
import type { DataSource } from 'typeorm';
import { ApplyEvents } from './apply-events.js';
import { ConsumerLag } from './consumer-lag.js';
import { DeadLetterStore } from './dead-letter.store.js';
import { DeadLetters } from './dead-letters.js';
import { EventConsumer, type EventConsumerOptions } from './event-consumer.js';
import { EventProducer } from './event-producer.js';
import { readStoredFigures, type LiveFigures, type MessagingFigures, type StoredFigures } from './figures.js';
import { InboxStore } from './inbox.store.js';
import { judgeHealth, type MessagingHealth } from './judge-health.js';
import { createKafka, type KafkaOptions } from './kafka-client.js';
import { OutboxRelay, type OutboxRelayOptions } from './outbox-relay.js';
import { Outbox } from './outbox.store.js';
import { ParkedEvents } from './parked-events.js';
import { ParkingLot } from './parking-lot.js';
import { within } from './patience.js';
import type { Reaction } from './reaction.js';
import { Retention, usualRetention, type RetentionOptions } from './retention.js';
import { Sealing } from './sealing.js';

export interface MessagingOptions {
  readonly db: DataSource;
  /** Asked how the tables stand; a connection of its own does not wait behind the traffic. Else `db` is. */
  readonly probe?: Queryable;
  /** The service: what its events name as their source, and its consumer group. */
  readonly source: string;
  readonly kafka: KafkaOptions;
  readonly reactions: readonly Reaction[];
  /** Every event this service sends; their topics are created when they are missing. */
  readonly published: readonly EventContract[];
  /** 32 bytes: seals what a dead letter carried. */
  readonly deadLetterKey: Buffer;
  readonly formerDeadLetterKeys?: readonly Buffer[];
  readonly log: Log;
  readonly retention?: Partial<RetentionOptions>;
  readonly relay?: Partial<OutboxRelayOptions>;
  readonly consumer?: Partial<EventConsumerOptions>;
}

export interface Messaging {
  readonly outbox: Outbox;
  readonly parkingLot: ParkingLot;
  readonly deadLetters: DeadLetters;
  /** Starts relay, consumer and retention. Never waits for the broker: they go on trying by themselves. */
  start(): void;
  /** Ends the work at hand and commits it; returns after 20 s at the latest. */
  stop(): Promise<void>;
  /** Never throws, answers within 2 s. */
  health(): Promise<MessagingHealth>;
  readonly metrics: {
    /** @throws when the database is away. */
    readFigures(): Promise<MessagingFigures>;
    /** What needs no database; never throws. */
    readLive(): Promise<LiveFigures>;
  };
}

/**
 * Everything a service needs to send events and to react to others'.
 *
 * @throws TypeError when two reactions have one name, or an event of another service is to be published.
 */
export function createMessaging(options: MessagingOptions): Messaging {
  refuseConfusion(options);
  const { db, probe = db, reactions, log } = options;
  const kafka = createKafka(options.kafka, options.source, log);
  const letters = new DeadLetterStore(new Sealing(options.deadLetterKey, options.formerDeadLetterKeys));
  const producer = new EventProducer(kafka, options.kafka, options.source, options.published);
  const relay = new OutboxRelay(db, producer, log, options.relay);
  const parkedEvents = new ParkedEvents(db, reactions, letters, log);
  const apply = new ApplyEvents(db, new InboxStore(), letters, log);
  const consumer = new EventConsumer(
    {
      kafka,
      kafkaOptions: options.kafka,
      group: options.source,
      reactions,
      db,
      apply,
      letters,
      onApplied: () => parkedEvents.nudge(),
      log,
    },
    options.consumer,
  );
  const lag = new ConsumerLag({
    kafka,
    kafkaOptions: options.kafka,
    group: options.source,
    topics: [...new Set(reactions.map(({ contract }) => contract.topic))],
  });
  const retention = new Retention(db, log, { ...usualRetention, ...options.retention });
  let isStarted = false;
  const readLive = async (): Promise<LiveFigures> => ({
    consumer: consumer.figures(),
    isConsuming: reactions.length === 0 ? null : consumer.isConsuming,
    published: relay.published,
    isRelaying: relay.isLeading,
    lag: await lag.read(),
  });

  return {
    outbox: new Outbox(),
    parkingLot: new ParkingLot(),
    deadLetters: new DeadLetters(options),
    start() {
      isStarted = true;
      relay.start();
      retention.start();
      if (reactions.length === 0) return;
      consumer.start();
      parkedEvents.start();
    },
    async stop() {
      isStarted = false;
      const all = Promise.all([consumer.stop(), parkedEvents.stop(), relay.stop(), retention.stop(), lag.close()]);
      await within(
        20_000,
        all.then(() => undefined),
        undefined,
      );
    },
    async health() {
      const [stored, behind] = await Promise.all([
        within<StoredFigures | null>(
          2_000,
          readStoredFigures(probe).catch(() => null),
          null,
        ),
        lag.read(),
      ]);
      return judgeHealth({
        stored,
        isWaitingForDatabase: apply.isWaitingForDatabase,
        isBrokerAway: relay.isBrokerAway || (isStarted && behind === null),
        isConsumerMissing: isStarted && reactions.length > 0 && !consumer.isConsuming,
        consumerLagSeconds: consumer.figures().lagSeconds,
      });
    },
    metrics: {
      async readFigures() {
        return { ...(await readStoredFigures(probe)), ...(await readLive()) };
      },
      readLive,
    },
  };
}

function refuseConfusion({ source, reactions, published }: MessagingOptions): void {
  const names = new Set<string>();
  for (const { name } of reactions) {
    // The inbox remembers by name: a second one would find its events handled by the first.
    if (names.has(name)) throw new TypeError(`Two reactions are named ${name}`);
    names.add(name);
  }
  for (const contract of published) {
    if (ownerOf(contract) !== source) throw new TypeError(`${source} does not own ${contract.type}`);
  }
}
