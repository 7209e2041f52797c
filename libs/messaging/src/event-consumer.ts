import type { EventContract } from '@zhijia/contracts';
import { inTransaction } from '@zhijia/database';
import type { Log } from '@zhijia/logging';
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import type { DataSource } from 'typeorm';
import { Interrupted, type ApplyEvents, type Pulse } from './apply-events.js';
import type { DeadLetterStore } from './dead-letter.store.js';
import { ensureTopics, topicName, type KafkaOptions } from './kafka-client.js';
import { backoffMs, Bell, within } from './patience.js';
import type { Reaction, ReceivedEvent } from './reaction.js';
import { readMessage, type UnreadableCode, type WireMessage } from './wire-message.js';

export interface EventConsumerOptions {
  /** Events of one type in one transaction at most. */
  readonly eventsTogether: number;
  readonly partitionsAtOnce: number;
  /** After so long without a word the broker gives the partitions of a dead process to another. */
  readonly sessionTimeoutMs: number;
  /** After so long without any sign of life from the client it is replaced. */
  readonly silenceMs: number;
}

const usual: EventConsumerOptions = {
  eventsTogether: 500,
  partitionsAtOnce: 3,
  sessionTimeoutMs: 10_000,
  silenceMs: 60_000,
};

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

export interface ConsumerFigures {
  /** By reaction; applied by this process since it started. */
  readonly handled: Readonly<Record<string, number>>;
  /** By type; nothing here reacts to them. */
  readonly unknownTypes: Readonly<Record<string, number>>;
  readonly unreadable: number;
  /** Messages behind the newest, over the partitions of this process, as of the last batch of each. */
  readonly lagEvents: number;
  /** Since when the oldest event at hand waits to be applied; 0 when none is at hand. */
  readonly lagSeconds: number;
}

/** A run of events of one type that go into one transaction, and how far the partition is read with them. */
interface Run {
  readonly events: ReceivedEvent[];
  type: string | null;
  /** When the broker got the first of them, milliseconds since 1970. */
  sentAt: number | null;
  lastOffset: string | null;
}

/** What a type looks like. Anything else is a stranger's text, which has no place on a metrics page. */
const typeForm = /^[a-z]{1,40}\.[a-z-]{1,60}\.v\d{1,3}$/;
/** Hearing of a hostile name once is enough to count it; keeping all of them would be a leak. */
const mostUnknownTypes = 100;

/** Brings what happened elsewhere to the reactions of this service: one consumer group, all their topics. */
export class EventConsumer {
  private readonly options: EventConsumerOptions;
  private readonly contracts: ReadonlyMap<string, EventContract>;
  private readonly bell = new Bell();
  private readonly handled = new Map<string, number>();
  private readonly unknownTypes = new Map<string, number>();
  private readonly lagByPartition = new Map<string, number>();
  private readonly oldestAtHand = new Map<string, number>();
  private unreadableCount = 0;
  private running: Promise<void> | null = null;
  private isStopping = false;
  private joined = false;
  private lastSignAt = 0;

  constructor(
    private readonly parts: EventConsumerParts,
    options: Partial<EventConsumerOptions> = {},
  ) {
    this.options = { ...usual, ...options };
    this.contracts = new Map(parts.reactions.map(({ contract }) => [contract.type, contract]));
  }

  /** Whether the broker has given this process its partitions. */
  get isConsuming(): boolean {
    return this.joined;
  }

  figures(): ConsumerFigures {
    const oldest = Math.min(...this.oldestAtHand.values());
    return {
      handled: Object.fromEntries(this.parts.reactions.map(({ name }) => [name, this.handled.get(name) ?? 0])),
      unknownTypes: Object.fromEntries(this.unknownTypes),
      unreadable: this.unreadableCount,
      lagEvents: [...this.lagByPartition.values()].reduce((sum, lag) => sum + lag, 0),
      lagSeconds: Number.isFinite(oldest) ? Math.max(0, (Date.now() - oldest) / 1_000) : 0,
    };
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
      this.lagByPartition.clear();
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
      this.lagByPartition.clear();
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
      this.lagByPartition.set(place, Math.max(0, Number(batch.highWatermark) - Number(run.lastOffset) - 1));
    };
    try {
      const { prefix = '' } = this.parts.kafkaOptions;
      let run: Run = { events: [], type: null, sentAt: null, lastOffset: null };
      const finish = async (): Promise<void> => {
        if (run.sentAt !== null) this.oldestAtHand.set(place, run.sentAt);
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
          this.countUnknown(reading.type);
        } else {
          await this.buryUnreadable(message, reading, [place, raw.offset, raw.timestamp], beating.pulse);
        }
        run.lastOffset = raw.offset;
      }
      await finish();
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      // The client acts on errors of its own (it rejoins after a rebalance); a stop is no error.
      if (error.cause !== undefined) rethrow(error.cause);
    } finally {
      beating.end();
      this.oldestAtHand.delete(place);
    }
  }

  private async applyRun(run: Run, pulse: Pulse): Promise<void> {
    if (run.events.length === 0) return;
    for (const reaction of this.parts.reactions) {
      if (reaction.contract.type !== run.type) continue;
      const applied = await this.parts.apply.run(reaction, run.events, pulse);
      this.handled.set(reaction.name, (this.handled.get(reaction.name) ?? 0) + applied);
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
    this.unreadableCount += 1;
  }

  private countUnknown(type: string | null): void {
    const known = type === null ? 'none' : typeForm.test(type) ? type : 'other';
    const name = this.unknownTypes.has(known) || this.unknownTypes.size < mostUnknownTypes ? known : 'other';
    this.unknownTypes.set(name, (this.unknownTypes.get(name) ?? 0) + 1);
  }
}

/** The broker goes on hearing from this consumer, however long a transaction takes. */
function keepBeating(heartbeat: () => Promise<void>, isRunning: () => boolean) {
  let lost: unknown;
  const beat = (): Promise<void> =>
    heartbeat().catch((error: unknown) => {
      lost ??= error;
    });
  const timer = setInterval(() => void beat(), 1_000);
  const confirm = async (): Promise<void> => {
    await beat();
    if (lost !== undefined) throw new Interrupted('The partition went to another', { cause: lost });
    if (!isRunning()) throw new Interrupted('The consumer stops');
  };
  const pulse: Pulse = {
    async pause(durationMs) {
      for (let leftMs = durationMs; leftMs > 0; leftMs -= 250) {
        await confirm();
        await new Promise((resolve) => setTimeout(resolve, Math.min(250, leftMs)));
      }
      await confirm();
    },
  };
  return { pulse, confirm, end: () => clearInterval(timer) };
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
