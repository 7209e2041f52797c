import { randomUUID } from 'node:crypto';
import { execute, row, rows, type Queryable } from '@zhijia/database';
import type { EntityManager } from 'typeorm';
import type { FaultDescription } from './fault.js';
import type { Sealing } from './sealing.js';
import type { WireMessage } from './wire-message.js';

/** What anybody may see of a dead letter: ids, codes and times, never what it carried. */
export interface DeadLetter {
  readonly id: string;
  /** Null when no reaction met it, because the message could not be read. */
  readonly reaction: string | null;
  readonly eventId: string | null;
  readonly type: string | null;
  readonly topic: string;
  readonly errorCode: string;
  readonly errorType: string;
  readonly attempts: number;
  readonly failedAt: string;
  readonly lastAttemptAt: string;
}

export interface Burial {
  readonly reaction: string | null;
  readonly eventId: string | null;
  readonly type: string | null;
  readonly message: WireMessage;
  /** What makes two failures the same one: reaction and event, or the place in the topic. */
  readonly identity: readonly (string | Buffer)[];
  readonly fault: FaultDescription;
  readonly attempts: number;
}

interface SealedMessage {
  topic: string;
  key: string | null;
  headers: Record<string, string>;
  value: string | null;
}

const columns = `id, reaction, event_id AS "eventId", type, topic, error_code AS "errorCode",
  error_type AS "errorType", attempts, failed_at AS "failedAt", last_attempt_at AS "lastAttemptAt"`;

/** The rows of dead letters and what is sealed in them. */
export class DeadLetterStore {
  constructor(private readonly sealing: Sealing) {}

  async insert(tx: EntityManager, burial: Burial): Promise<void> {
    const id = randomUUID();
    const { topic, key, headers, value } = burial.message;
    const plain: SealedMessage = { topic, key, headers, value: value?.toString('base64') ?? null };
    const sealed = this.sealing.seal(Buffer.from(JSON.stringify(plain)), placeOf(id));
    await execute(
      tx,
      `INSERT INTO dead_letter (id, fingerprint, reaction, event_id, type, topic, error_code, error_type, attempts,
         key_id, sealed_message) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
       ON CONFLICT ON CONSTRAINT dead_letter_is_kept_once DO NOTHING`,
      [
        id,
        this.sealing.fingerprint(...burial.identity),
        burial.reaction,
        burial.eventId,
        burial.type?.slice(0, 200) ?? null,
        topic,
        burial.fault.code,
        burial.fault.type,
        burial.attempts,
        sealed.keyId,
        sealed.bytes,
      ],
    );
  }

  /** The oldest first. */
  async list(db: Queryable, limit: number): Promise<DeadLetter[]> {
    return rows(db, `SELECT ${columns} FROM dead_letter ORDER BY failed_at, id LIMIT $1`, [limit]);
  }

  async idsInOrder(db: Queryable, ids: readonly string[] | 'all'): Promise<string[]> {
    const found = await rows<{ id: string }>(
      db,
      `SELECT id FROM dead_letter WHERE $1::uuid[] IS NULL OR id = ANY($1) ORDER BY failed_at, id`,
      [ids === 'all' ? null : [...ids]],
    );
    return found.map((letter) => letter.id);
  }

  /** The letter and its message, for the length of the transaction nobody else's. Null: gone, or somebody has it. */
  async lock(tx: EntityManager, id: string): Promise<{ letter: DeadLetter; message: WireMessage | null } | null> {
    const found = await row<DeadLetter & { key_id: string; sealed_message: Buffer }>(
      tx,
      `SELECT ${columns}, key_id, sealed_message FROM dead_letter WHERE id = $1 FOR UPDATE SKIP LOCKED`,
      [id],
    );
    if (found === null) return null;
    const plain = this.sealing.open({ keyId: found.key_id, bytes: found.sealed_message }, placeOf(id));
    if (plain === null) return { letter: found, message: null };
    const { topic, key, headers, value } = JSON.parse(plain.toString('utf8')) as SealedMessage;
    return {
      letter: found,
      message: { topic, key, headers, value: value === null ? null : Buffer.from(value, 'base64') },
    };
  }

  async remove(tx: EntityManager, id: string): Promise<void> {
    await execute(tx, `DELETE FROM dead_letter WHERE id = $1`, [id]);
  }

  async countAttempt(db: Queryable, id: string, fault: FaultDescription): Promise<void> {
    await execute(
      db,
      `UPDATE dead_letter SET attempts = attempts + 1, last_attempt_at = zhijia_now(), error_code = $2, error_type = $3
       WHERE id = $1`,
      [id, fault.code, fault.type],
    );
  }
}

/** Table, column and row: moved to another row, the bytes do not open. */
function placeOf(id: string): string {
  return `dead_letter.sealed_message.${id}`;
}
