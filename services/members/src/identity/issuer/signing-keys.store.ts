import { execute, row, rows, type Queryable } from '@zhijia/database';
import type { JWK } from 'jose';

export interface SigningKeyRow {
  readonly kid: string;
  readonly publicKey: JWK;
  readonly privateKeySealed: Buffer;
}

/** The rows of the issuer's keys: which one signs, and which are shown, the time alone decides. */
export class SigningKeysStore {
  /** The one that signs now first. */
  list(db: Queryable): Promise<SigningKeyRow[]> {
    return rows(
      db,
      `SELECT kid, public_key AS "publicKey", private_key_sealed AS "privateKeySealed" FROM signing_key
       ORDER BY signs_from <= now() DESC, abs(extract(epoch FROM now() - signs_from))`,
    );
  }

  /** @throws where the database is away, or is not the issuer's */
  async expectTable(db: Queryable): Promise<void> {
    await rows(db, `SELECT 1 FROM signing_key LIMIT 1`);
  }

  /** One process at a time, for the length of the transaction. */
  async lock(tx: Queryable): Promise<void> {
    await execute(tx, `SELECT pg_advisory_xact_lock(hashtext('zhijia.signing-keys'))`);
  }

  /** How many there are, and whether the newest has signed so long that another is due. */
  async findStanding(tx: Queryable, signsForDays: number): Promise<{ count: number; isNextDue: boolean }> {
    const standing = await row<{ count: number; isNextDue: boolean }>(
      tx,
      `SELECT count(*)::integer AS count,
         coalesce(max(signs_from) < now() - make_interval(days => $1), true) AS "isNextDue" FROM signing_key`,
      [signsForDays],
    );
    return standing ?? { count: 0, isNextDue: true };
  }

  async insert(tx: Queryable, key: SigningKeyRow, algorithm: string, signsInHours: number): Promise<void> {
    await execute(
      tx,
      `INSERT INTO signing_key (kid, algorithm, public_key, private_key_sealed, signs_from)
       VALUES ($1, $2, $3, $4, now() + make_interval(hours => $5))`,
      [key.kid, algorithm, JSON.stringify(key.publicKey), key.privateKeySealed, signsInHours],
    );
  }

  /** Removes those that another has replaced for so long. */
  async removeReplaced(tx: Queryable, forHours: number): Promise<void> {
    await execute(
      tx,
      `DELETE FROM signing_key old WHERE EXISTS (
         SELECT 1 FROM signing_key next
         WHERE next.signs_from > old.signs_from AND next.signs_from < now() - make_interval(hours => $1))`,
      [forHours],
    );
  }
}
