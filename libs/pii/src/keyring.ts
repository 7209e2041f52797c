import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { z } from 'zod';

const keyLengthBytes = 32;

const keyringSchema = z
  .strictObject({
    current: z.int().min(1).max(255),
    keys: z.record(z.string().regex(/^([1-9]\d?|1\d\d|2[0-4]\d|25[0-5])$/, 'a version from 1 to 255'), z.base64()),
  })
  .refine((file) => String(file.current) in file.keys, { path: ['current'], error: 'names no key of this file' })
  .refine((file) => Object.values(file.keys).every((key) => Buffer.from(key, 'base64').length === keyLengthBytes), {
    path: ['keys'],
    error: `a key has ${keyLengthBytes} bytes, in base64`,
  })
  .refine((file) => new Set(Object.values(file.keys)).size === Object.keys(file.keys).length, {
    path: ['keys'],
    error: 'two versions are the same key',
  });

/** A keyring as it is written down: the version that seals now, and every version that still opens, in base64. */
export type KeyringFile = z.infer<typeof keyringSchema>;

/** Says what is wrong with a keyring, never what stands in it. */
export class KeyringError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'KeyringError';
  }
}

/**
 * Secret keys by version (1 to 255), one of them current. Rotation adds a version, makes it current, and drops the
 * old one when nothing sealed with it is left. The keys are private to this object and print as nothing.
 */
export class Keyring {
  readonly currentVersion: number;
  readonly #keys: ReadonlyMap<number, KeyObject>;

  private constructor(currentVersion: number, keys: ReadonlyMap<number, KeyObject>) {
    this.currentVersion = currentVersion;
    this.#keys = keys;
  }

  /**
   * @param file see {@link KeyringFile}
   * @throws KeyringError naming every member that is wrong, without its value
   */
  static parse(file: unknown): Keyring {
    const parsed = keyringSchema.safeParse(file);
    if (!parsed.success) {
      const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
      throw new KeyringError(`The keyring is malformed: ${problems.join('; ')}`);
    }
    const keys = new Map<number, KeyObject>();
    for (const [version, key] of Object.entries(parsed.data.keys)) {
      keys.set(Number(version), createSecretKey(key, 'base64'));
    }
    return new Keyring(parsed.data.current, keys);
  }

  /** Every version this keyring holds, the newest first. */
  get versions(): readonly number[] {
    return [...this.#keys.keys()].sort((left, right) => right - left);
  }

  /**
   * A key for one purpose, by HKDF-SHA-256 (RFC 5869): two purposes never share a key, even under one keyring.
   * `null` when the version is unknown.
   */
  derive(version: number, purpose: string): KeyObject | null {
    const key = this.#keys.get(version);
    if (key === undefined) return null;
    return createSecretKey(Buffer.from(hkdfSync('sha256', key, '', purpose, keyLengthBytes)));
  }
}
