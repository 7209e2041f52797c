import { inTransaction } from '@zhijia/database';
import type { Log } from '@zhijia/logging';
import type { DataSource } from 'typeorm';
import type { DeadLetterStore } from './dead-letter.store.js';
import { describeFault, kindOfFault } from './fault.js';
import type { InboxStore } from './inbox.store.js';
import { backoffMs } from './patience.js';
import type { Reaction, ReceivedEvent } from './reaction.js';
import { inTraceOf } from './trace-events.js';
import { writeMessage } from './wire-message.js';

/** What the consumer does while its events wait for the database. */
export interface Pulse {
  /** Waits, while the broker goes on hearing from this consumer. Throws Interrupted when the work must end here. */
  pause(durationMs: number): Promise<void>;
}

/** The work ended before it was done: the process stops, or the partition went to another. Nothing was lost. */
export class Interrupted extends Error {}

export interface Retries {
  /** How often an event that fails alone is tried before it becomes a dead letter. */
  readonly attempts: number;
  readonly firstDelayMs: number;
  /** How often a deadlock or statement timeout is tried again before it counts as a failure. */
  readonly conflictAttempts: number;
}

export const usualRetries: Retries = { attempts: 4, firstDelayMs: 50, conflictAttempts: 5 };

/** Has a reaction apply events exactly once, whatever happens in between; takes out the events it cannot apply. */
export class ApplyEvents {
  private databaseIsAway = false;

  constructor(
    private readonly db: DataSource,
    private readonly inbox: InboxStore,
    private readonly letters: DeadLetterStore,
    private readonly log: Log,
    private readonly retries: Retries = usualRetries,
  ) {}

  get isWaitingForDatabase(): boolean {
    return this.databaseIsAway;
  }

  /**
   * Returns when each event is applied, parked or a dead letter. Events that fail together are halved until the one to
   * blame stands alone, so the others cost a few transactions more and no order.
   *
   * @returns how many were new to the reaction and applied
   * @throws Interrupted by the pulse alone
   */
  async run(reaction: Reaction, events: readonly ReceivedEvent[], pulse: Pulse): Promise<number> {
    try {
      return await this.patiently(pulse, () => this.applyTogether(reaction, events));
    } catch (error) {
      if (error instanceof Interrupted) throw error;
      const [first] = events;
      if (first === undefined) return 0;
      if (events.length === 1) return this.runAlone(reaction, first, error, pulse);
      const middle = Math.ceil(events.length / 2);
      const left = await this.run(reaction, events.slice(0, middle), pulse);
      return left + (await this.run(reaction, events.slice(middle), pulse));
    }
  }

  /** Runs work that only a database that is away, or somebody else's lock, may delay. */
  async patiently<Result>(pulse: Pulse, work: () => Promise<Result>): Promise<Result> {
    let conflicts = 0;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const result = await work();
        this.databaseIsAway = false;
        return result;
      } catch (error) {
        if (error instanceof Interrupted) throw error;
        const kind = await kindOfFault(error, this.db);
        if (kind === 'conflict') conflicts += 1;
        if (kind === 'failure' || conflicts >= this.retries.conflictAttempts) throw error;
        if (kind === 'databaseAway' && !this.databaseIsAway) {
          this.databaseIsAway = true;
          this.log.warn({ err: error }, 'Events wait for the database');
        }
        await pulse.pause(backoffMs(attempt, 100, 3_000));
      }
    }
  }

  private async runAlone(reaction: Reaction, event: ReceivedEvent, firstError: unknown, pulse: Pulse): Promise<number> {
    let lastError = firstError;
    for (let attempt = 1; attempt < this.retries.attempts; attempt += 1) {
      await pulse.pause(backoffMs(attempt, this.retries.firstDelayMs, 2_000));
      try {
        return await this.patiently(pulse, () => this.applyTogether(reaction, [event]));
      } catch (error) {
        if (error instanceof Interrupted) throw error;
        lastError = error;
      }
    }
    const fault = describeFault(lastError);
    this.log.error(
      { err: lastError, reaction: reaction.name, eventId: event.id, type: event.type, code: fault.code },
      'An event became a dead letter',
    );
    await this.patiently(pulse, () => this.bury(reaction, event, lastError));
    return 0;
  }

  private applyTogether(reaction: Reaction, events: readonly ReceivedEvent[]): Promise<number> {
    return inTraceOf(reaction, events, () =>
      inTransaction(this.db, async (tx) => {
        const unseen = await this.inbox.claim(tx, reaction.name, events);
        if (unseen.length > 0) await reaction.handle(tx, unseen);
        return unseen.length;
      }),
    );
  }

  /** The inbox row goes with the letter: delivered again, the event is not tried again behind the operator's back. */
  private bury(reaction: Reaction, event: ReceivedEvent, error: unknown): Promise<void> {
    return inTransaction(this.db, async (tx) => {
      const unseen = await this.inbox.claim(tx, reaction.name, [event]);
      if (unseen.length === 0) return;
      await this.letters.insert(tx, {
        reaction: reaction.name,
        eventId: event.id,
        type: event.type,
        message: writeMessage(event, reaction.contract.topic, JSON.stringify(event.payload)),
        identity: ['event', reaction.name, event.id],
        fault: describeFault(error),
        attempts: this.retries.attempts,
      });
    });
  }
}
