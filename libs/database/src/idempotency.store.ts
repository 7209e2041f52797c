import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { execute, row, rows } from './sql.js';

export interface OnceRequest {
  /** Who asks for what: issuer, subject, client, acting-for and operation. Keys of others never meet. */
  scope: string;
  key: string;
  /** Everything that decides the outcome, without the key itself. JSON values only. */
  input: unknown;
}

export type Once<Outcome> =
  { kind: 'first'; outcome: Outcome } | { kind: 'replayed'; outcome: Outcome } | { kind: 'keyReused' };

const longestKey = 128;

/** The caller's mistake: nothing was begun. */
export class IdempotencyKeyInvalid extends Error {
  constructor() {
    super(`An idempotency key has 1 to ${longestKey} visible characters`);
    this.name = 'IdempotencyKeyInvalid';
  }
}

/** Makes a change happen once per key, inside the transaction of the change. */
export class IdempotencyStore {
  /**
   * Runs `change` unless its key was used: then answers what it answered. The outcome is stored as JSON, so it holds
   * ids and figures, and the caller reads the rows again under the viewer's rights of today.
   *
   * A refusal binds nothing: when `isFinal` says no, the key stays free, so that a caller who mends the cause can send
   * the same request again. Two at once: the second waits for the first on the primary key.
   *
   * @throws IdempotencyKeyInvalid for a key that is empty, too long or holds control characters
   */
  async once<Outcome>(
    tx: EntityManager,
    request: OnceRequest,
    change: () => Promise<Outcome>,
    isFinal: (outcome: Outcome) => boolean = () => true,
  ): Promise<Once<Outcome>> {
    if (!isKey(request.key)) throw new IdempotencyKeyInvalid();
    const key = storedKey(request);
    const inputHash = createHash('sha256').update(canonicalJson(request.input)).digest();
    const claimed = await rows(
      tx,
      `INSERT INTO idempotency_record (scope, key, input_hash) VALUES ($1, $2, $3)
       ON CONFLICT (scope, key) DO NOTHING RETURNING key`,
      [request.scope, key, inputHash],
    );
    if (claimed.length === 0) return this.replay<Outcome>(tx, request.scope, key, inputHash);
    const outcome = await change();
    if (isFinal(outcome)) {
      await execute(tx, `UPDATE idempotency_record SET outcome = $3 WHERE scope = $1 AND key = $2`, [
        request.scope,
        key,
        JSON.stringify(outcome),
      ]);
    } else {
      await execute(tx, `DELETE FROM idempotency_record WHERE scope = $1 AND key = $2`, [request.scope, key]);
    }
    return { kind: 'first', outcome };
  }

  private async replay<Outcome>(
    tx: EntityManager,
    scope: string,
    key: string,
    inputHash: Buffer,
  ): Promise<Once<Outcome>> {
    const earlier = await row<{ input_hash: Buffer; outcome: Outcome }>(
      tx,
      `SELECT input_hash, outcome FROM idempotency_record WHERE scope = $1 AND key = $2`,
      [scope, key],
    );
    // Unreachable in READ COMMITTED: the insert above saw the committed row, and rows are only deleted by their maker.
    if (earlier === null) throw new Error('An idempotency record vanished while it was read');
    if (!earlier.input_hash.equals(inputHash)) return { kind: 'keyReused' };
    return { kind: 'replayed', outcome: earlier.outcome };
  }
}

/** What is stored of a key. Clients make keys of what they have at hand, of somebody's phone number too: a hash is kept. */
function storedKey({ scope, key }: OnceRequest): string {
  return createHash('sha256').update(`${scope} ${key}`).digest('hex');
}

function isKey(key: string): boolean {
  return key.length >= 1 && key.length <= longestKey && !/\p{Cc}/u.test(key);
}

/** The same value gives the same text, whatever the order in which its members were written. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([left], [right]) => (left < right ? -1 : 1)));
  });
}
