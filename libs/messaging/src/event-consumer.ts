import type { Consumer, Kafka } from 'kafkajs';
import { ConsumeBatch, type ConsumeBatchOptions, type ConsumeBatchParts } from './consume-batch.js';
import { ConsumerTally, type ConsumerFigures } from './consumer-tally.js';
import { ensureTopics, topicName, type KafkaOptions } from './kafka-client.js';
import { backoffMs, within } from './patience.js';
import { SteadyWork } from './steady-work.js';

export interface EventConsumerOptions extends ConsumeBatchOptions {
  readonly partitionsAtOnce: number;
  /** After so long without a word the broker gives the partitions of a dead process to another. */
  readonly sessionTimeoutMs: number;
  /** After so long without any sign of life from the client it is replaced. */
  readonly silenceMs: number;
}

const usual: EventConsumerOptions = {
  eventsTogether: 500,
  partitionsAtOnce: 3,
  gatherMs: 25,
  sessionTimeoutMs: 10_000,
  silenceMs: 60_000,
};

export interface EventConsumerParts extends ConsumeBatchParts {
  readonly kafka: Kafka;
  readonly kafkaOptions: KafkaOptions;
  /** The service: its consumer group. */
  readonly group: string;
}

/** Brings what happened elsewhere to the reactions of this service: one consumer group, all their topics. */
export class EventConsumer {
  private readonly options: EventConsumerOptions;
  private readonly steady = new SteadyWork(() => this.run());
  private readonly tally: ConsumerTally;
  private readonly batches: ConsumeBatch;
  private joined = false;
  private lastSignAt = 0;

  constructor(
    private readonly parts: EventConsumerParts,
    options: Partial<EventConsumerOptions> = {},
  ) {
    this.options = { ...usual, ...options };
    this.tally = new ConsumerTally(parts.reactions.map(({ name }) => name));
    this.batches = new ConsumeBatch(parts, parts.kafkaOptions.prefix ?? '', this.tally, this.options);
  }

  /** Whether the broker has given this process its partitions. */
  get isConsuming(): boolean {
    return this.joined;
  }

  figures(): ConsumerFigures {
    return this.tally.figures();
  }

  start(): void {
    this.steady.start();
  }

  /** Returns when the transactions at hand are committed and their offsets with them. */
  stop(): Promise<void> {
    return this.steady.stop();
  }

  private async run(): Promise<void> {
    for (let failures = 0; !this.steady.isStopping;) {
      const startedAt = Date.now();
      try {
        await this.consumeUntilEnd();
        failures = 0;
      } catch (error) {
        failures = Date.now() - startedAt > 60_000 ? 1 : failures + 1;
        if (failures === 1) this.parts.log.warn({ err: error }, 'The consumer starts again');
        if (!this.steady.isStopping) await this.steady.wait(backoffMs(failures, 200, 2_000));
      }
    }
  }

  /** Returns when the consumer was stopped; throws when the client gave up, whatever it thinks of the reason. */
  private async consumeUntilEnd(): Promise<void> {
    const { kafka, kafkaOptions, group, reactions } = this.parts;
    await ensureTopics(
      kafka,
      kafkaOptions,
      reactions.map((reaction) => reaction.contract),
    );
    const consumer = kafka.consumer({
      groupId: `${kafkaOptions.prefix ?? ''}${group}`,
      sessionTimeout: this.options.sessionTimeoutMs,
      heartbeatInterval: Math.floor(this.options.sessionTimeoutMs / 5),
      rebalanceTimeout: 30_000,
      // The broker answers as soon as there is something; this is how long it holds an empty answer.
      maxWaitTimeInMs: 250,
      allowAutoTopicCreation: false,
      retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: () => Promise.resolve(false) },
    });
    let crash = null as Error | null;
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      crash = payload.error;
      this.steady.ring();
    });
    this.watch(consumer);
    try {
      await consumer.connect();
      await consumer.subscribe({
        topics: [...new Set(reactions.map(({ contract }) => topicName(kafkaOptions, contract.topic)))],
        fromBeginning: true,
      });
      await consumer.run({
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: this.options.partitionsAtOnce,
        eachBatch: (payload) => this.batches.run(payload),
      });
      while (!this.steady.isStopping) {
        if (crash !== null) throw crash;
        if (Date.now() - this.lastSignAt > this.options.silenceMs) throw new Error('The Kafka client fell silent');
        await this.steady.wait(1_000);
      }
    } finally {
      this.joined = false;
      await within(15_000, consumer.disconnect(), undefined).catch(() => undefined);
      this.tally.forgetPartitions();
    }
  }

  private watch(consumer: Consumer): void {
    this.lastSignAt = Date.now();
    const { GROUP_JOIN, HEARTBEAT, FETCH, END_BATCH_PROCESS, REBALANCING, STOP } = consumer.events;
    for (const sign of [GROUP_JOIN, HEARTBEAT, FETCH, END_BATCH_PROCESS] as const) {
      consumer.on(sign, () => {
        this.lastSignAt = Date.now();
      });
    }
    consumer.on(GROUP_JOIN, () => {
      this.joined = true;
      this.tally.forgetPartitions();
    });
    for (const end of [REBALANCING, STOP] as const) {
      consumer.on(end, () => {
        this.joined = false;
      });
    }
  }
}
