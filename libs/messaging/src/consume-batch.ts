import type { EventContract } from '@zhijia/contracts';
import { inTransaction } from '@zhijia/database';
import type { Log } from '@zhijia/logging';
import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import type { DataSource } from 'typeorm';
import { Interrupted, type ApplyEvents, type Pulse } from './apply-events.js';
import type { ConsumerTally } from './consumer-tally.js';
import type { DeadLetterStore } from './dead-letter.store.js';
import { keepBeating } from './keep-beating.js';
import type { Reaction, ReceivedEvent } from './reaction.js';
import { readMessage, type Reading, type UnreadableCode, type WireMessage } from './wire-message.js';

export interface ConsumeBatchOptions {
  /** Events of one type in one transaction at most. */
  readonly eventsTogether: number;
  /**
   * After few events the consumer waits so long before it asks for more, so that what comes as a stream is applied
   * together: a transaction costs the same for one event as for thirty. A lone event is not held back.
   */
  readonly gatherMs: number;
}

/** A batch of so many is worth its transaction. */
const enoughTogether = 100;

export interface ConsumeBatchParts {
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

/** Gives what came from one partition to the reactions, in order, and moves the offset behind what is committed. */
export class ConsumeBatch {
  private readonly contracts: ReadonlyMap<string, EventContract>;

  constructor(
    private readonly parts: ConsumeBatchParts,
    private readonly topicPrefix: string,
    private readonly tally: ConsumerTally,
    private readonly options: ConsumeBatchOptions,
  ) {
    this.contracts = new Map(parts.reactions.map(({ contract }) => [contract.type, contract]));
  }

  async run({ batch, resolveOffset, heartbeat, isRunning }: EachBatchPayload): Promise<void> {
    const place = `${batch.topic}/${batch.partition}`;
    const beating = keepBeating(heartbeat, isRunning);
    const finish = async (run: Run): Promise<void> => {
      if (run.sentAt !== null) this.tally.takeUp(place, run.sentAt);
      await this.applyRun(run, beating.pulse);
      if (run.lastOffset !== null) {
        resolveOffset(run.lastOffset);
        this.tally.noteRead(place, run.lastOffset, batch.highWatermark);
      }
      await beating.confirm();
    };
    try {
      let run = emptyRun();
      for (const raw of batch.messages) {
        const message = toWireMessage(batch.topic.slice(this.topicPrefix.length), raw);
        const reading = readMessage(message, this.contracts);
        if (!this.fits(run, reading)) {
          await finish(run);
          run = emptyRun();
        }
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
      await finish(run);
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

  /** Before something is buried, what came before it is committed: so nothing overtakes. */
  private fits(run: Run, reading: Reading): boolean {
    if (reading.kind === 'unknownType') return true;
    if (reading.kind === 'unreadable' || run.events.length >= this.options.eventsTogether) return false;
    return run.type === null || run.type === reading.event.type;
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

function emptyRun(): Run {
  return { events: [], type: null, sentAt: null, lastOffset: null };
}

/** What was caught elsewhere goes on as it came. */
function rethrow(cause: unknown): never {
  throw cause;
}
