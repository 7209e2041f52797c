import { execute, inTransaction, rows } from '@zhijia/database';
import type { Log } from '@zhijia/logging';
import type { DataSource, EntityManager } from 'typeorm';
import type { DeadLetterStore } from './dead-letter.store.js';
import { describeFault, kindOfFault } from './fault.js';
import { lockCauses, unparkingSetting } from './parking-lot.js';
import { backoffMs } from './patience.js';
import type { Reaction, ReceivedEvent } from './reaction.js';
import { SteadyWork } from './steady-work.js';
import { inTraceOf } from './trace-events.js';
import { writeMessage } from './wire-message.js';

export interface ParkedEventsOptions {
  readonly attempts: number;
  /** How long events woken by another process sleep at most; those woken here are asked at once. */
  readonly pollMs: number;
}

const causesTogether = 200;
const eventsTogether = 500;

/** Gives parked events to their reactions again when they are due. */
export class ParkedEvents {
  private readonly steady = new SteadyWork(() => this.run());

  constructor(
    private readonly db: DataSource,
    private readonly reactions: readonly Reaction[],
    private readonly letters: DeadLetterStore,
    private readonly log: Log,
    private readonly options: ParkedEventsOptions = { attempts: 5, pollMs: 1_000 },
  ) {}

  start(): void {
    this.steady.start();
  }

  stop(): Promise<void> {
    return this.steady.stop();
  }

  /** Something was applied or parked here: look soon. */
  nudge(): void {
    this.steady.ring();
  }

  private async run(): Promise<void> {
    for (let failures = 0; !this.steady.isStopping;) {
      try {
        await this.askAllDue();
        failures = 0;
        await this.steady.wait(this.options.pollMs);
        // Many nudges in a moment are one question.
        await new Promise((resolve) => setTimeout(resolve, 10));
      } catch (error) {
        failures += 1;
        if (failures === 1) this.log.warn({ err: error }, 'Parked events cannot be asked');
        await this.steady.wait(backoffMs(failures, 200, 5_000));
      }
    }
  }

  /** Asks until nothing is due. Public for tools and tests that want it done now. */
  async askAllDue(): Promise<void> {
    const due = await rows<{ reaction: string }>(
      this.db,
      `SELECT DISTINCT reaction FROM parked_event WHERE ask_at <= clock_timestamp()`,
    );
    for (const { reaction: name } of due) {
      const reaction = this.reactions.find((candidate) => candidate.name === name);
      if (reaction === undefined) continue;
      while (!this.steady.isStopping) {
        const causes = await this.causesDue(name);
        if (causes.length === 0) break;
        await this.ask(reaction, causes, eventsTogether);
      }
    }
  }

  private async causesDue(reactionName: string): Promise<string[]> {
    const due = await rows<{ waits_for: string }>(
      this.db,
      `SELECT waits_for FROM parked_event WHERE reaction = $1 AND ask_at <= clock_timestamp()
       GROUP BY waits_for ORDER BY min(id) LIMIT ${causesTogether}`,
      [reactionName],
    );
    return due.map((cause) => cause.waits_for);
  }

  /** Halves causes, then events, until what fails stands alone. The first of a cause comes first, always. */
  private async ask(reaction: Reaction, causes: readonly string[], atMost: number): Promise<void> {
    try {
      await inTransaction(this.db, (tx) => this.askTogether(tx, reaction, causes, atMost));
    } catch (error) {
      if ((await kindOfFault(error, this.db)) !== 'failure') throw error;
      if (causes.length > 1) {
        const middle = Math.ceil(causes.length / 2);
        await this.ask(reaction, causes.slice(0, middle), atMost);
        await this.ask(reaction, causes.slice(middle), atMost);
      } else if (atMost > 1) {
        await this.ask(reaction, causes, Math.floor(atMost / 2));
      } else {
        await this.postponeOrBury(reaction, causes, error);
      }
    }
  }

  private async askTogether(
    tx: EntityManager,
    reaction: Reaction,
    causes: readonly string[],
    atMost: number,
  ): Promise<void> {
    await execute(tx, `SELECT set_config('${unparkingSetting}', 'on', true)`);
    // Before the look: a waker comes either wholly before it or finds the rows after it. Before the rows: a waker
    // holds its lock when it asks for rows, so the other way round would deadlock.
    await lockCauses(tx, causes, 'alone');
    const parked = await this.lockFirst(tx, reaction, causes, atMost);
    if (parked.length === 0) return;
    const events = parked.map((row) => row.event);
    await inTraceOf(reaction, events, () => reaction.handle(tx, events));
    await execute(tx, `DELETE FROM parked_event WHERE id = ANY($1) AND parked_by <> pg_current_xact_id()`, [
      parked.map((row) => row.id),
    ]);
    await execute(tx, followParked, [reaction.name, [...causes]]);
  }

  private lockFirst(
    tx: EntityManager,
    reaction: Reaction,
    causes: readonly string[],
    atMost: number,
  ): Promise<{ id: number; event: ReceivedEvent; failures: number }[]> {
    return rows(
      tx,
      `SELECT id, event, failures FROM parked_event WHERE reaction = $1 AND waits_for = ANY($2)
       ORDER BY id LIMIT $3 FOR UPDATE`,
      [reaction.name, [...causes], atMost],
    );
  }

  /** The first of a cause fails alone: all of the cause wait a little with it, so that none overtakes. */
  private async postponeOrBury(reaction: Reaction, causes: readonly string[], error: unknown): Promise<void> {
    await inTransaction(this.db, async (tx) => {
      await lockCauses(tx, causes, 'alone');
      const [first] = await this.lockFirst(tx, reaction, causes, 1);
      if (first === undefined) return;
      const failures = first.failures + 1;
      if (failures < this.options.attempts) {
        await execute(tx, `UPDATE parked_event SET failures = $2 WHERE id = $1`, [first.id, failures]);
        await execute(
          tx,
          `UPDATE parked_event SET ask_at = clock_timestamp() + make_interval(secs => $3)
           WHERE reaction = $1 AND waits_for = ANY($2)`,
          [reaction.name, [...causes], backoffMs(failures, 200, 10_000) / 1_000],
        );
        return;
      }
      const fault = describeFault(error);
      this.log.error(
        { err: error, reaction: reaction.name, eventId: first.event.id, type: first.event.type, code: fault.code },
        'A parked event became a dead letter',
      );
      await this.letters.insert(tx, {
        reaction: reaction.name,
        eventId: first.event.id,
        type: first.event.type,
        message: writeMessage(first.event, reaction.contract.topic, JSON.stringify(first.event.payload)),
        identity: ['event', reaction.name, first.event.id],
        fault,
        attempts: failures,
      });
      await execute(tx, `DELETE FROM parked_event WHERE id = $1`, [first.id]);
      await execute(
        tx,
        `UPDATE parked_event SET ask_at = clock_timestamp() WHERE reaction = $1 AND waits_for = ANY($2)`,
        [reaction.name, [...causes]],
      );
    });
  }
}

/** The rest of a cause sleeps as long as its first, which was just parked again: asking behind it would be in vain. */
const followParked = `
  UPDATE parked_event SET ask_at = head.ask_at
  FROM (
    SELECT waits_for, max(ask_at) AS ask_at FROM parked_event
    WHERE reaction = $1 AND waits_for = ANY($2) AND parked_by = pg_current_xact_id() GROUP BY waits_for
  ) AS head
  WHERE parked_event.reaction = $1 AND parked_event.waits_for = head.waits_for
    AND parked_event.parked_by <> pg_current_xact_id() AND parked_event.ask_at < head.ask_at`;
