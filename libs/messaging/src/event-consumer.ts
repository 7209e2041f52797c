import type { EventContract } from '@zhijia/contracts';
import { inTransaction } from '@zhijia/database';
import type { Log } from '@zhijia/logging';
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import type { DataSource } from 'typeorm';
import { Interrupted, type ApplyEvents, type Pulse } from './apply-events.js';
import { ConsumerTally, type ConsumerFigures } from './consumer-tally.js';
import type { DeadLetterStore } from './dead-letter.store.js';
import { ensureTopics, topicName, type KafkaOptions } from './kafka-client.js';
import { keepBeating } from './keep-beating.js';
import { backoffMs, Bell, within } from './patience.js';
import type { Reaction, ReceivedEvent } from './reaction.js';
import { readMessage, type UnreadableCode, type WireMessage } from './wire-message.js';

export interface EventConsumerOptions {
  /** Events of one type in one transaction at most. */
  readonly eventsTogether: number;
  readonly partitionsAtOnce: number;
  /**
   * After few events the consumer waits so long before it asks for more, so that what comes as a stream is applied
   * together: a transaction costs the same for one event as for thirty. A lone event is not held back.
   */
  readonly gatherMs: number;
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

/** A batch of so many is worth its transaction. */
const enoughTogether = 100;

export interface EventConsumerParts {
  readonly kafka: Kafka;
  readonly kafkaOptions: KafkaOptions;
  /** The service: its consumer group. */
  readonly group: string;
  readonly reactions: readonly Reaction[];
  readonly db: DataSource;
  readonly apply: ApplyEvents;
  readonly letters: DeadLetterStore;
  /** Something was applied or parked: parked events may be due. */
  readonly onApplied: () => void;
  readonly log: Log;
}

/** A run of events of one type that go into one transaction, and how far the partition is read with them. */
interface Run {
  readonly events: ReceivedEvent[];
  type: string | null;
  /** When the broker got the first of them, milliseconds since 1970. */
  sentAt: number | null;
  lastOffset: string | null;
}

/** Brings what happened elsewhere to the reactions of this service: one consumer group, all their topics. */
export class EventConsumer {
  private readonly options: EventConsumerOptions;
  private readonly contracts: ReadonlyMap<string, EventContract>;
  private readonly bell = new Bell();
  private readonly tally: ConsumerTally;
  private running: Promise<void> | null = null;
  private isStopping = false;
  private joined = false;
  private lastSignAt = 0;

  constructor(
    private readonly parts: EventConsumerParts,
    options: Partial<EventConsumerOptions> = {},
  ) {
    this.options = { ...usual, ...options };
    this.tally = new ConsumerTally(parts.reactions.map(({ name }) => name));
    this.contracts = new Map(parts.reactions.map(({ contract }) => [contract.type, contract]));
  }

  /** Whether the broker has given this process its partitions. */
  get isConsuming(): boolean {
    return this.joined;
  }

  figures(): ConsumerFigures {
    return this.tally.figures();
  }

  start(): void {
    this.isStopping = false;
    this.running ??= this.run();
  }

  /** Returns when the transactions at hand are committed and their offsets with them. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.bell.ring();
    await this.running;
    this.running = null;
  }

  private async run(): Promise<void> {
    for (let failures = 0; !this.isStopping;) {
      const startedAt = Date.now();
      try {
        await this.consumeUntilEnd();
        failures = 0;
      } catch (error) {
        failures = Date.now() - startedAt > 60_000 ? 1 : failures + 1;
        if (failures === 1) this.parts.log.warn({ err: error }, 'The consumer starts again');
        if (!this.isStopping) await this.bell.wait(backoffMs(failures, 200, 2_000));
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
    let crash: Error | null = null;
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      crash = payload.error;
      this.bell.ring();
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
        eachBatch: (payload) => this.consumeBatch(payload),
      });
      while (!this.isStopping) {
        if (crash !== null) rethrow(crash);
        if (Date.now() - this.lastSignAt > this.options.silenceMs) throw new Error('The Kafka client fell silent');
        await this.bell.wait(1_000);
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

  private async consumeBatch({ batch, resolveOffset, heartbeat, isRunning }: EachBatchPayload): Promise<void> {
    const place = `${batch.topic}/${batch.partition}`;
    const beating = keepBeating(heartbeat, isRunning);
    const commit = (run: Run): void => {
      if (run.lastOffset === null) return;
      resolveOffset(run.lastOffset);
      this.tally.noteRead(place, run.lastOffset, batch.highWatermark);
    };
    try {
      const { prefix = '' } = this.parts.kafkaOptions;
      let run: Run = { events: [], type: null, sentAt: null, lastOffset: null };
      const finish = async (): Promise<void> => {
        if (run.sentAt !== null) this.tally.takeUp(place, run.sentAt);
        await this.applyRun(run, beating.pulse);
        commit(run);
        run = { events: [], type: null, sentAt: null, lastOffset: null };
        await beating.confirm();
      };
      for (const raw of batch.messages) {
        const message = toWireMessage(batch.topic.slice(prefix.length), raw);
        const reading = readMessage(message, this.contracts);
        const fits =
          reading.kind === 'unknownType' ||
          (reading.kind === 'event' &&
            run.events.length < this.options.eventsTogether &&
            (run.type === null || run.type === reading.event.type));
        if (!fits) await finish();
        if (reading.kind === 'event') {
          run.type = reading.event.type;
          run.sentAt ??= Number(raw.timestamp);
          run.events.push(reading.event);
        } else if (reading.kind === 'unknownType') {
          this.tally.countUnknown(reading.type);
        } else {
          await this.buryUnreadable(message, reading, [place, raw.offset, raw.timestamp], beating.pulse);
        }
        run.lastOffset = raw.offset;
      }
      await finish();
      if (batch.messages.length < enoughTogether) await beating.pulse.pause(this.options.gatherMs);
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      // The client acts on errors of its own (it rejoins after a rebalance); a stop is no error.
      if (error.cause !== undefined) rethrow(error.cause);
    } finally {
      beating.end();
      this.tally.putDown(place);
    }
  }

  private async applyRun(run: Run, pulse: Pulse): Promise<void> {
    if (run.events.length === 0) return;
    for (const reaction of this.parts.reactions) {
      if (reaction.contract.type !== run.type) continue;
      const applied = await this.parts.apply.run(reaction, run.events, pulse);
      this.tally.countHandled(reaction.name, applied);
    }
    this.parts.onApplied();
  }

  /** Nothing can be done with it here, now or later, as it is: no retry. */
  private async buryUnreadable(
    message: WireMessage,
    reading: { code: UnreadableCode; eventId: string | null; type: string | null },
    position: readonly string[],
    pulse: Pulse,
  ): Promise<void> {
    const { apply, db, letters, log } = this.parts;
    log.error({ topic: message.topic, eventId: reading.eventId, code: reading.code }, 'A message cannot be read');
    await apply.patiently(pulse, () =>
      inTransaction(db, (tx) =>
        letters.insert(tx, {
          reaction: null,
          eventId: reading.eventId,
          type: reading.type,
          message,
          identity: ['message', ...position, message.value ?? ''],
          fault: { code: reading.code, type: 'UnreadableMessage' },
          attempts: 1,
        }),
      ),
    );
    this.tally.countUnreadable();
  }
}

function toWireMessage(topic: string, message: KafkaMessage): WireMessage {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers ?? {})) {
    // A header given twice means two things: it counts as not given.
    if (Buffer.isBuffer(value) || typeof value === 'string') headers[name] = value.toString();
  }
  return { topic, key: message.key?.toString() ?? null, headers, value: message.value };
}

/** What was caught elsewhere goes on as it came. */
function rethrow(cause: unknown): never {
  throw cause;
}
