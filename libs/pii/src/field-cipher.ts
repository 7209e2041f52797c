import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { IvSource, ivLengthBytes } from './iv-source.js';
import type { Keyring } from './keyring.js';

/** Where a sealed value lives. It opens there and nowhere else. */
export interface FieldPlace {
  readonly table: string;
  readonly column: string;
  /** The row's primary key, in the spelling that the database answers with. */
  readonly rowId: string;
}

/**
 * A sealed value that does not open. Says why, never what:
 * - `malformed`: not written by this cipher, or by a later format of it
 * - `unknownKey`: its key version is not in the keyring
 * - `movedOrAltered`: sealed for another row, column or table, with another key, or changed since
 */
export class CannotOpenField extends Error {
  constructor(
    readonly reason: 'malformed' | 'unknownKey' | 'movedOrAltered',
    place: FieldPlace,
  ) {
    super(`A sealed value of ${place.table}.${place.column} does not open: ${reason}`);
    this.name = 'CannotOpenField';
  }
}

const formatVersion = 1;
const algorithm = 'aes-256-gcm';
const tagLengthBytes = 16;
const headerLengthBytes = 2;
const overheadBytes = headerLengthBytes + ivLengthBytes + tagLengthBytes;

/**
 * Seals single fields with AES-256-GCM (NIST SP 800-38D). A sealed value is
 * `format version (1 byte) | key version (1) | iv (12, random) | ciphertext | tag (16)`; its associated data binds
 * format, key version, table, column and row. Random ivs are safe for 2^32 values under one key version: rotate
 * long before.
 */
export class FieldCipher {
  readonly #keyring: Keyring;
  readonly #keys = new Map<number, KeyObject | null>();
  readonly #ivs = new IvSource();

  constructor(keyring: Keyring) {
    this.#keyring = keyring;
  }

  /**
   * Seals a text for one place, with the current key. Two seals of one text differ.
   *
   * @throws RangeError for a text with half a surrogate pair, which UTF-8 cannot carry
   */
  seal(place: FieldPlace, plaintext: string): Buffer {
    if (/\p{Surrogate}/u.test(plaintext)) throw new RangeError('The text to seal is not well-formed Unicode');
    const keyVersion = this.#keyring.currentVersion;
    const key = this.keyOf(keyVersion);
    if (key === null) throw new Error('A keyring holds its current key');
    const iv = this.#ivs.next();
    const cipher = createCipheriv(algorithm, key, iv, { authTagLength: tagLengthBytes });
    cipher.setAAD(bindingOf(place, keyVersion));
    const ciphertext = cipher.update(plaintext, 'utf8');
    cipher.final();
    return Buffer.concat([Buffer.of(formatVersion, keyVersion), iv, ciphertext, cipher.getAuthTag()]);
  }

  /**
   * Opens what was sealed for this place.
   *
   * @throws CannotOpenField when it was moved, altered, is no sealed value, or its key is gone
   */
  open(place: FieldPlace, sealed: Uint8Array): string {
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    const keyVersion = keyVersionOf(bytes);
    if (keyVersion === null) throw new CannotOpenField('malformed', place);
    const key = this.keyOf(keyVersion);
    if (key === null) throw new CannotOpenField('unknownKey', place);
    const ciphertextStart = headerLengthBytes + ivLengthBytes;
    const tagStart = bytes.length - tagLengthBytes;
    const iv = bytes.subarray(headerLengthBytes, ciphertextStart);
    const decipher = createDecipheriv(algorithm, key, iv, { authTagLength: tagLengthBytes });
    decipher.setAAD(bindingOf(place, keyVersion));
    decipher.setAuthTag(bytes.subarray(tagStart));
    const plaintext = decipher.update(bytes.subarray(ciphertextStart, tagStart));
    try {
      decipher.final();
    } catch {
      throw new CannotOpenField('movedOrAltered', place);
    }
    return plaintext.toString('utf8');
  }

  /** Whether a value should be sealed again: with another key than the current one, or in an older format. */
  needsRotation(sealed: Uint8Array): boolean {
    return keyVersionOf(sealed) !== this.#keyring.currentVersion;
  }

  private keyOf(version: number): KeyObject | null {
    let key = this.#keys.get(version);
    if (key === undefined) {
      key = this.#keyring.derive(version, 'zhijia field cipher 1');
      this.#keys.set(version, key);
    }
    return key;
  }
}

function keyVersionOf(sealed: Uint8Array): number | null {
  if (sealed.length < overheadBytes || sealed[0] !== formatVersion) return null;
  return sealed[1] ?? null;
}

/** As a JSON list no two places are written alike, whatever characters their names hold. */
function bindingOf(place: FieldPlace, keyVersion: number): Buffer {
  return Buffer.from(JSON.stringify([formatVersion, keyVersion, place.table, place.column, place.rowId]), 'utf8');
}
