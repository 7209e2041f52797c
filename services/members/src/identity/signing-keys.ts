import { inTransaction, execute, rows } from '@zhijia/database';
import type { FieldCipher } from '@zhijia/pii';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import type { DataSource } from 'typeorm';

/** How long a key signs; in days. */
const signsForDays = 30;
/** A key is shown this long before it signs, so that whoever remembers the key set has met it. */
const shownBeforeHours = 24;
/** Longer than any token lives that it signed. */
const shownAfterHours = 24;

const algorithm = 'ES256';

interface KeyRow {
  readonly kid: string;
  readonly publicKey: JWK;
  readonly privateKeySealed: Buffer;
}

/**
 * The issuer's keys: made here, sealed in the database, replaced without anybody noticing. Every process of the issuer
 * sees the same set; a lock lets one of them make the next key.
 */
export class SigningKeys {
  constructor(
    private readonly db: DataSource,
    private readonly cipher: FieldCipher,
  ) {}

  /** The private keys, the one that signs now first. Makes the next one when it is time, and drops what nobody needs. */
  async current(): Promise<readonly JWK[]> {
    await this.rotate();
    const found = await rows<KeyRow>(
      this.db,
      `SELECT kid, public_key AS "publicKey", private_key_sealed AS "privateKeySealed" FROM signing_key
       ORDER BY signs_from <= now() DESC, abs(extract(epoch FROM now() - signs_from))`,
    );
    return found.map(({ kid, publicKey, privateKeySealed }) => ({
      ...publicKey,
      d: this.cipher.open(placeOf(kid), privateKeySealed),
    }));
  }

  private async rotate(): Promise<void> {
    await inTransaction(this.db, async (tx) => {
      await tx.query(`SELECT pg_advisory_xact_lock(hashtext('zhijia.signing-keys'))`);
      const [state] = await rows<{ count: number; isNextDue: boolean }>(
        tx,
        `SELECT count(*)::integer AS count,
           coalesce(max(signs_from) < now() - make_interval(days => $1), true) AS "isNextDue" FROM signing_key`,
        [signsForDays],
      );
      if (state?.isNextDue ?? true) {
        const key = await makeKey();
        await execute(
          tx,
          `INSERT INTO signing_key (kid, algorithm, public_key, private_key_sealed, signs_from)
           VALUES ($1, $2, $3, $4, now() + make_interval(hours => $5))`,
          [
            key.kid,
            algorithm,
            JSON.stringify(key.publicKey),
            this.cipher.seal(placeOf(key.kid), key.d),
            state?.count === 0 ? 0 : shownBeforeHours,
          ],
        );
      }
      await execute(
        tx,
        `DELETE FROM signing_key old WHERE EXISTS (
           SELECT 1 FROM signing_key next
           WHERE next.signs_from > old.signs_from AND next.signs_from < now() - make_interval(hours => $1))`,
        [shownAfterHours],
      );
    });
  }
}

async function makeKey(): Promise<{ kid: string; publicKey: JWK; d: string }> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const { d, ...publicPart } = await exportJWK(privateKey);
  if (d === undefined) throw new Error('A private key has its private part');
  const kid = await calculateJwkThumbprint(publicPart);
  return { kid, d, publicKey: { ...publicPart, kid, alg: algorithm, use: 'sig' } };
}

function placeOf(kid: string): { table: string; column: string; rowId: string } {
  return { table: 'signing_key', column: 'private_key_sealed', rowId: kid };
}
