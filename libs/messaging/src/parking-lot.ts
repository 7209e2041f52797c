import { execute, rows } from '@zhijia/database';
import type { EntityManager } from 'typeorm';
import { lockSpace } from './advisory-locks.js';
import type { Reaction, ReceivedEvent } from './reaction.js';

export interface ParkedItem {
  readonly event: ReceivedEvent;
  /** What must happen first, `noun:id`: `member:0198...`. The reaction that applies that cause wakes it. */
  readonly waitsFor: string;
}

/** Set in the transactions that ask a parked event again; see `waiting`. */
export const unparkingSetting = 'zhijia.unparking';

/**
 * Topics have no order among each other: an event can arrive before its cause. It then waits in a row and is given to
 * the same reaction again when the cause is there.
 *
 * No event is left asleep by a cause that commits between the look and the parking. Parking locks the cause alone,
 * waking locks it shared, both until commit. Either the waker commits first: then the look that follows each parking
 * (`ask_at` is now) sees its work. Or the parking commits first: then the waker finds the row. Rows that wait long are
 * asked again now and then all the same, should a waker have been forgotten.
 */
export class ParkingLot {
  /** Lets one event wait, in the transaction of the reaction that could not apply it. */
  async park(
    tx: EntityManager,
    reaction: Pick<Reaction, 'name'>,
    event: ReceivedEvent,
    waitsFor: string,
  ): Promise<void> {
    await this.parkAll(tx, reaction, [{ event, waitsFor }]);
  }

  /** Lets many events wait; those of one cause keep the order given. */
  async parkAll(tx: EntityManager, reaction: Pick<Reaction, 'name'>, items: readonly ParkedItem[]): Promise<void> {
    if (items.length === 0) return;
    await lockCauses(
      tx,
      items.map((item) => item.waitsFor),
      'alone',
    );
    await execute(tx, parkOrParkAgain, [
      reaction.name,
      items.map((item) => item.event.id),
      items.map((item) => item.waitsFor),
      items.map((item) => JSON.stringify(item.event)),
    ]);
  }

  /**
   * Wakes what waits for these causes. Called in the transaction that applies the causes, with all of them at once;
   * what was woken runs after its commit, in a transaction of its own.
   */
  async wake(tx: EntityManager, causes: readonly string[]): Promise<void> {
    if (causes.length === 0) return;
    await lockCauses(tx, causes, 'shared');
    await execute(tx, `UPDATE parked_event SET ask_at = clock_timestamp() WHERE waits_for = ANY($1)`, [[...causes]]);
  }

  /**
   * Which of these causes earlier events of the reaction still wait for. A reaction for which order matters parks a
   * later event behind them, even when the cause has come: they run in a moment, in order.
   */
  async waiting(
    tx: EntityManager,
    reaction: Pick<Reaction, 'name'>,
    causes: readonly string[],
  ): Promise<ReadonlySet<string>> {
    if (causes.length === 0) return new Set();
    // While the parked are asked again, the events at hand are the first of their cause themselves.
    const found = await rows<{ waits_for: string }>(
      tx,
      `SELECT DISTINCT waits_for FROM parked_event WHERE reaction = $1 AND waits_for = ANY($2)
       AND current_setting('${unparkingSetting}', true) IS DISTINCT FROM 'on'`,
      [reaction.name, [...causes]],
    );
    return new Set(found.map((parked) => parked.waits_for));
  }
}

/**
 * Buckets, not causes: a batch with thousands of causes must not fill the server's lock table. In one order for
 * everybody, so that two batches cannot deadlock.
 */
export async function lockCauses(
  tx: EntityManager,
  causes: readonly string[],
  mode: 'alone' | 'shared',
): Promise<void> {
  const lock = mode === 'alone' ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared';
  await rows(
    tx,
    `SELECT ${lock}($1, bucket) FROM (
       SELECT DISTINCT abs(hashtext(cause) % 128) AS bucket FROM unnest($2::text[]) AS cause ORDER BY 1
     ) AS buckets`,
    [lockSpace.parkingCause, [...causes]],
  );
}

/**
 * First time: asked again at once (see the class). Parked again for the same cause: the asker held the cause's lock,
 * so nothing was missed; it sleeps until woken, or for a while that doubles. For another cause: asked again soon.
 */
const parkOrParkAgain = `
  INSERT INTO parked_event (reaction, event_id, waits_for, event, ask_at)
  SELECT $1, item.event_id, item.waits_for, item.event::jsonb, clock_timestamp()
  FROM unnest($2::uuid[], $3::text[], $4::text[]) WITH ORDINALITY AS item (event_id, waits_for, event, position)
  ORDER BY item.position
  ON CONFLICT ON CONSTRAINT parked_event_waits_once DO UPDATE SET
    waits_for = excluded.waits_for,
    asked = parked_event.asked + 1,
    parked_by = pg_current_xact_id(),
    ask_at = clock_timestamp() + CASE
      WHEN parked_event.waits_for = excluded.waits_for
        THEN make_interval(mins => least(power(2, least(parked_event.asked, 9))::integer, 360))
      ELSE make_interval(secs => least(parked_event.asked, 60)) END`;
