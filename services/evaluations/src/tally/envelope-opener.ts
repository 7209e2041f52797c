import { createDecipheriv, createECDH, hash, type ECDH } from 'node:crypto';
import {
  decodeBallot,
  IV_BYTES,
  readEnvelope,
  TAG_BYTES,
  type CastEnvelope,
  type OpenedBallot,
  type OpeningContext,
  type ReadEnvelope,
} from '@zhijia/ballot';
import type { JWK } from 'jose';

const algorithm = 'A256GCM';
const keyBits = 256;
const manifestHashBytes = 32;
const slotBytes = 16;

/**
 * Opens envelopes as `openEnvelope` does, one after the other and three times as fast: with OpenSSL called directly
 * instead of WebCrypto's queue, half a million are opened in the time that their key agreements take. What is computed
 * is RFC 7518, section 4.6 (ECDH-ES, direct) and 5.3 (A256GCM); that both open alike is tested.
 */
export class EnvelopeOpener {
  private readonly agreement: ECDH = createECDH('prime256v1');
  private readonly derivation: Buffer;
  private readonly slotAt: number;

  /** @param privateKey the campaign's own: see `importBallotKey`. */
  constructor(
    privateKey: JWK,
    private readonly context: OpeningContext,
  ) {
    if (privateKey.crv !== 'P-256' || privateKey.d === undefined) throw new TypeError('Not a private key on P-256.');
    this.agreement.setPrivateKey(Buffer.from(privateKey.d, 'base64url'));
    const head = [uint32(1), Buffer.alloc(keyBits / 8)];
    const tail = [
      uint32(algorithm.length),
      Buffer.from(algorithm),
      uint32(slotBytes),
      Buffer.alloc(slotBytes),
      uint32(manifestHashBytes),
      Buffer.from(context.manifestHash, 'hex'),
      uint32(keyBits),
    ];
    this.derivation = Buffer.concat([...head, ...tail]);
    this.slotAt = Buffer.concat([...head, ...tail.slice(0, 3)]).length;
  }

  open({ slot, envelope }: CastEnvelope): OpenedBallot {
    const { manifest, manifestHash } = this.context;
    const read = readEnvelope(envelope, {
      slot,
      manifestHash,
      thumbprint: manifest.key.thumbprint,
      targetCount: manifest.targetIds.length,
    });
    if (read.kind === 'refused') return { kind: 'spoiled', envelopeHash: null, reason: read.refusal };
    const envelopeHash = hash('sha256', read.sealed, 'hex');
    const plaintext = this.decrypt(read, slot);
    if (plaintext === null) return { kind: 'spoiled', envelopeHash, reason: 'notOpened' };
    return { ...decodeBallot(plaintext, manifest), envelopeHash };
  }

  private decrypt({ protectedHeader, ephemeralPoint, sealed }: ReadEnvelope, slot: string): Buffer | null {
    try {
      const key = this.deriveKey(this.agreement.computeSecret(ephemeralPoint), slot);
      const tagAt = sealed.length - TAG_BYTES;
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(protectedHeader, 'latin1'));
      decipher.setAuthTag(sealed.subarray(tagAt));
      const plaintext = decipher.update(sealed.subarray(IV_BYTES, tagAt));
      // Throws where the tag is not that of header and ciphertext: nothing of the plaintext is used before.
      decipher.final();
      return plaintext;
    } catch {
      return null;
    }
  }

  /** One round of the Concat KDF: SHA-256 over counter, secret, algorithm, slot, manifest hash and length. */
  private deriveKey(secret: Buffer, slot: string): Buffer {
    secret.copy(this.derivation, 4);
    this.derivation.write(slot.replaceAll('-', ''), this.slotAt, 'hex');
    return hash('sha256', this.derivation, 'buffer');
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
