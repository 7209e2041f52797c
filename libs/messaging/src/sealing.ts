import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';

export interface Sealed {
  readonly keyId: string;
  /** Nonce (12), tag (16), ciphertext. */
  readonly bytes: Buffer;
}

/**
 * Keeps what a message carried unreadable in the database and its backups: AES-256-GCM, the associated data binding a
 * text to its place, so that it opens nowhere else.
 */
export class Sealing {
  private readonly keys: ReadonlyMap<string, Buffer>;
  private readonly currentId: string;
  private readonly fingerprintKey: Buffer;

  /** @throws RangeError unless each key has 32 bytes. Former keys only open. */
  constructor(current: Buffer, former: readonly Buffer[] = []) {
    for (const key of [current, ...former]) if (key.length !== 32) throw new RangeError('A sealing key has 32 bytes');
    this.keys = new Map([...former, current].map((key) => [keyIdOf(key), key]));
    this.currentId = keyIdOf(current);
    this.fingerprintKey = Buffer.from(hkdfSync('sha256', current, '', 'dead-letter fingerprint', 32));
  }

  seal(plain: Buffer, place: string): Sealed {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.keys.get(this.currentId) as Buffer, nonce);
    cipher.setAAD(Buffer.from(place));
    const body = Buffer.concat([cipher.update(plain), cipher.final()]);
    return { keyId: this.currentId, bytes: Buffer.concat([nonce, cipher.getAuthTag(), body]) };
  }

  /** Null when the key is not known here or the bytes were changed or moved. */
  open(sealed: Sealed, place: string): Buffer | null {
    const key = this.keys.get(sealed.keyId);
    if (key === undefined || sealed.bytes.length < 28) return null;
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.bytes.subarray(0, 12));
      decipher.setAAD(Buffer.from(place));
      decipher.setAuthTag(sealed.bytes.subarray(12, 28));
      return Buffer.concat([decipher.update(sealed.bytes.subarray(28)), decipher.final()]);
    } catch {
      return null;
    }
  }

  /** Tells two texts apart without telling them: keyed, because a bare hash of few possibilities can be guessed. */
  fingerprint(...parts: readonly (string | Buffer)[]): Buffer {
    const mac = createHmac('sha256', this.fingerprintKey);
    for (const part of parts) mac.update(String(part.length)).update(':').update(part);
    return mac.digest();
  }
}

function keyIdOf(key: Buffer): string {
  return createHash('sha256').update('key id').update(key).digest('hex').slice(0, 12);
}
