import { inTransaction } from '@zhijia/database';
import type { FieldCipher } from '@zhijia/pii';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import type { DataSource } from 'typeorm';
import type { SigningKeysStore } from './signing-keys.store.js';

/** How long a key signs; in days. */
const signsForDays = 30;
/** A key is shown this long before it signs, so that whoever remembers the key set has met it. */
const shownBeforeHours = 24;
/** Longer than any token lives that it signed. */
const shownAfterHours = 24;

const algorithm = 'ES256';

/**
 * The issuer's keys: made here, sealed in the database, replaced without anybody noticing. Every process of the issuer
 * sees the same set; a lock lets one of them make the next key.
 */
export class SigningKeys {
  constructor(
    private readonly db: DataSource,
    private readonly keys: SigningKeysStore,
    private readonly cipher: FieldCipher,
  ) {}

  /** The private keys, the one that signs now first. Makes the next one when it is time, and drops what nobody needs. */
  async current(): Promise<readonly JWK[]> {
    await this.rotate();
    const found = await this.keys.list(this.db);
    return found.map(({ kid, publicKey, privateKeySealed }) => ({
      ...publicKey,
      d: this.cipher.open(placeOf(kid), privateKeySealed),
    }));
  }

  private async rotate(): Promise<void> {
    await inTransaction(this.db, async (tx) => {
      await this.keys.lock(tx);
      const { count, isNextDue } = await this.keys.findStanding(tx, signsForDays);
      if (isNextDue) {
        const { kid, publicKey, d } = await makeKey();
        const privateKeySealed = this.cipher.seal(placeOf(kid), d);
        // The very first has nobody to wait for.
        await this.keys.insert(tx, { kid, publicKey, privateKeySealed }, algorithm, count === 0 ? 0 : shownBeforeHours);
      }
      await this.keys.removeReplaced(tx, shownAfterHours);
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
