import { execute, row, rows } from '@zhijia/database';
import type { DataSource, QueryRunner } from 'typeorm';
import { lockSpace, messagingLock } from './advisory-locks.js';
import { OutboxFloor } from './outbox-floor.js';
import { outboxChannel } from './outbox.store.js';

export interface OutboxRow {
  readonly id: number;
  readonly eventId: string;
  readonly type: string;
  readonly topic: string;
  readonly aggregateId: string;
  readonly payload: string;
  readonly traceparent: string | null;
  readonly occurredAt: string;
}

interface NotifyingConnection {
  on(event: 'notification', listener: () => void): void;
  removeListener(event: 'notification', listener: () => void): void;
}

/**
 * The right to relay, and the connection that has it: the lock is the connection's, so a relay that lost it can
 * neither read nor mark a row, and PostgreSQL gives the lock to the next one.
 */
export class RelaySession {
  private readonly floor: OutboxFloor;

  private constructor(
    private readonly connection: QueryRunner,
    private readonly notifications: NotifyingConnection,
    private readonly onNotice: () => void,
  ) {
    this.floor = new OutboxFloor(connection);
  }

  /** Null while another one relays. */
  static async open(db: DataSource, onNotice: () => void): Promise<RelaySession | null> {
    const connection = db.createQueryRunner();
    try {
      const notifications = (await connection.connect()) as NotifyingConnection;
      if (!(await tryLock(connection, messagingLock.relays))) {
        await connection.release();
        return null;
      }
      notifications.on('notification', onNotice);
      const session = new RelaySession(connection, notifications, onNotice);
      await execute(connection, `LISTEN ${outboxChannel}`);
      // A mark lost in a crash means one more delivery, which inboxes expect; waiting for the disk would cost more.
      await execute(connection, `SET synchronous_commit = off`);
      return session;
    } catch (error) {
      await connection.release();
      throw error;
    }
  }

  /**
   * Ids are taken before commit, so "id > last" would skip rows: what is unpublished is asked for, above a floor below
   * which nothing can appear any more. Id order is commit order for each aggregate only because writers lock the
   * aggregate before they add an event about it.
   */
  async unpublished(limit: number): Promise<OutboxRow[]> {
    const decidedId = await this.floor.decided();
    const found = await rows<OutboxRow>(
      this.connection,
      `SELECT id, event_id AS "eventId", type, topic, aggregate_id AS "aggregateId", payload::text AS payload,
         traceparent, occurred_at AS "occurredAt"
       FROM outbox WHERE published_at IS NULL AND id > $1 ORDER BY id LIMIT ${limit}`,
      [this.floor.id],
    );
    this.floor.raise(decidedId, found[0]?.id ?? null);
    return found;
  }

  async markPublished(ids: readonly number[]): Promise<void> {
    await execute(this.connection, `UPDATE outbox SET published_at = now() WHERE id = ANY($1::bigint[])`, [[...ids]]);
  }

  /** Throws when the session, and with it the right, is lost. */
  async confirm(): Promise<void> {
    await execute(this.connection, 'SELECT 1');
  }

  /** Asks writers to send a notice from now on. False while one of them is about to commit: look again instead. */
  fallAsleep(): Promise<boolean> {
    return tryLock(this.connection, messagingLock.relaySleeps);
  }

  async wakeUp(): Promise<void> {
    await execute(this.connection, 'SELECT pg_advisory_unlock($1, $2)', [
      lockSpace.messaging,
      messagingLock.relaySleeps,
    ]);
  }

  /** Gives up the right; the connection goes back to the pool as it came. Never throws. */
  async close(): Promise<void> {
    this.notifications.removeListener('notification', this.onNotice);
    await execute(this.connection, 'DISCARD ALL').catch(() => undefined);
    await this.connection.release();
  }
}

async function tryLock(connection: QueryRunner, key: number): Promise<boolean> {
  const answer = await row<{ taken: boolean }>(connection, 'SELECT pg_try_advisory_lock($1, $2) AS taken', [
    lockSpace.messaging,
    key,
  ]);
  return answer?.taken === true;
}
