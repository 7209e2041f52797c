import { execute, inTransaction, row } from '@zhijia/database';
import type { Log } from '@zhijia/logging';
import type { DataSource } from 'typeorm';
import { lockSpace, messagingLock } from './advisory-locks.js';
import { SteadyWork } from './steady-work.js';

export interface RetentionOptions {
  readonly publishedOutboxDays: number;
  /** Longer than the topics keep their events: what can come again must be remembered. */
  readonly inboxDays: number;
  readonly deadLetterDays: number;
}

export const usualRetention: RetentionOptions = { publishedOutboxDays: 3, inboxDays: 30, deadLetterDays: 30 };

export interface Pruned {
  readonly outbox: number;
  readonly inbox: number;
  readonly deadLetters: number;
}

const rowsTogether = 5_000;
const mostRounds = 400;
const everyMs = 3_600_000;

/**
 * The first rows by id are the oldest; looking at a bounded number of them needs no index on the time. A row that is
 * not published is never too old.
 */
const pruneOutbox = `
  DELETE FROM outbox WHERE id IN (
    SELECT id FROM (SELECT id, published_at FROM outbox ORDER BY id LIMIT $2) AS oldest
    WHERE published_at < now() - make_interval(days => $1))`;
const pruneInbox = `
  DELETE FROM inbox WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM inbox WHERE received_at < now() - make_interval(days => $1) LIMIT $2))`;
const pruneDeadLetters = `
  DELETE FROM dead_letter WHERE id IN (
    SELECT id FROM dead_letter WHERE failed_at < zhijia_now() - make_interval(days => $1) LIMIT $2)`;

/** Removes what is old enough, a bounded number of rows at a time, so that nobody waits for it. */
export class Retention {
  private readonly steady = new SteadyWork(() => this.run());

  constructor(
    private readonly db: DataSource,
    private readonly log: Log,
    private readonly options: RetentionOptions = usualRetention,
  ) {}

  start(): void {
    this.steady.start();
  }

  stop(): Promise<void> {
    return this.steady.stop();
  }

  async prune(): Promise<Pruned> {
    return {
      outbox: await this.pruneAll(pruneOutbox, this.options.publishedOutboxDays),
      inbox: await this.pruneAll(pruneInbox, this.options.inboxDays),
      deadLetters: await this.pruneAll(pruneDeadLetters, this.options.deadLetterDays),
    };
  }

  private async run(): Promise<void> {
    await this.steady.wait(60_000);
    while (!this.steady.isStopping) {
      try {
        const pruned = await this.prune();
        if (pruned.outbox + pruned.inbox + pruned.deadLetters > 0) this.log.info(pruned, 'Old messages were removed');
      } catch (error) {
        this.log.warn({ err: error }, 'Old messages could not be removed');
      }
      await this.steady.wait(everyMs);
    }
  }

  private async pruneAll(statement: string, days: number): Promise<number> {
    let pruned = 0;
    for (let round = 0; round < mostRounds && !this.steady.isStopping; round += 1) {
      const now = await this.pruneSome(statement, days);
      pruned += now;
      if (now < rowsTogether) break;
    }
    return pruned;
  }

  private pruneSome(statement: string, days: number): Promise<number> {
    return inTransaction(this.db, async (tx) => {
      const mine = await row<{ taken: boolean }>(tx, 'SELECT pg_try_advisory_xact_lock($1, $2) AS taken', [
        lockSpace.messaging,
        messagingLock.prunes,
      ]);
      if (mine?.taken !== true) return 0;
      return execute(tx, statement, [days, rowsTogether]);
    });
  }
}
