import { row, type Queryable } from '@zhijia/database';

/** How often it is asked how far the outbox is decided: the answer costs less than what it spares. */
const askEveryMs = 100;
/** Every so often all is looked at, for rows that somebody made unpublished by hand. */
const forgetEveryMs = 60_000;

/**
 * How far up the outbox is finished. The index of unpublished rows keeps what was published until no older snapshot can
 * see it: with one long transaction anywhere in the database each look would walk over all of it again, many times a
 * second. Above the floor there is nothing of it.
 *
 * This is no cursor over ids. A transaction has its number before it takes an id (`outbox_id_follows_its_transaction`).
 * So all ids up to the last one taken belong to transactions below a number drawn after that look, and once all of those
 * have ended, whatever they wrote can be seen: below that id nothing appears any more. What is seen there and not
 * published yet keeps the floor down.
 */
export class OutboxFloor {
  private current = 0;
  private asked: { readonly id: number; readonly ownTransaction: string } | null = null;
  private askedAt = -Infinity;
  private forgottenAt = performance.now();

  constructor(private readonly connection: Queryable) {}

  /** Nothing at or below it waits to be published, or ever will. */
  get id(): number {
    return this.current;
  }

  /** The id up to which all rows can be seen by every statement from now on; null when that is not known anew. */
  async decided(): Promise<number | null> {
    const now = performance.now();
    if (now - this.askedAt < askEveryMs) return null;
    this.askedAt = now;
    if (now - this.forgottenAt > forgetEveryMs) {
      this.forgottenAt = now;
      this.current = 0;
    }
    if (this.asked === null) {
      // The id first, the number after: a transaction that took its id before has a lower number already.
      const last = await row<{ id: number }>(
        this.connection,
        `SELECT last_value - (NOT is_called)::int AS id FROM outbox_id_seq`,
      );
      // A number of our own: a snapshot's "next" is that after the last which ended, and may belong to one that runs.
      const own = await row<{ number: string }>(this.connection, `SELECT pg_current_xact_id()::text AS number`);
      if (last !== null && own !== null) this.asked = { id: last.id, ownTransaction: own.number };
      return null;
    }
    const { id, ownTransaction } = this.asked;
    const ended = await row<{ haveAll: boolean }>(
      this.connection,
      `SELECT pg_snapshot_xmin(pg_current_snapshot()) >= $1::xid8 AS "haveAll"`,
      [ownTransaction],
    );
    if (ended?.haveAll !== true) return null;
    this.asked = null;
    return id;
  }

  /** @param firstUnpublishedId of a look that began after `decidedId` was known; null when it found none */
  raise(decidedId: number | null, firstUnpublishedId: number | null): void {
    if (decidedId === null) return;
    const finished = firstUnpublishedId === null ? decidedId : Math.min(decidedId, firstUnpublishedId - 1);
    this.current = Math.max(this.current, finished);
  }
}
