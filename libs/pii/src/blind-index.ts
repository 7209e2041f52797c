import { createHmac, type KeyObject } from 'node:crypto';
import type { Keyring } from './keyring.js';
import { normalise, type FieldKind } from './normalise.js';

/** A field that can be looked up without being read. Each (table, column) has a key of its own. */
export interface IndexedField {
  readonly table: string;
  readonly column: string;
  readonly kind: FieldKind;
}

/**
 * A keyed fingerprint of a field, for look-up and uniqueness: `key version (1 byte) | HMAC-SHA-256 (32)` over the
 * normalised text. Who holds the key can try all ID numbers in a minute: it lives in a keyring of its own beside the
 * wrapping keys, never in the database.
 *
 * Uniqueness holds within one key version. To rotate, recompute the whole column in one transaction, or look up
 * `candidates` before each insert while both versions are in the column.
 */
export class BlindIndex {
  readonly #keyring: Keyring;
  readonly #keys = new Map<string, KeyObject>();

  constructor(keyring: Keyring) {
    this.#keyring = keyring;
  }

  /**
   * What to store: the fingerprint under the current key version.
   *
   * @throws RangeError for a text that is empty once normalised: all empty fields would be one person
   */
  of(field: IndexedField, text: string): Buffer {
    return this.fingerprint(this.#keyring.currentVersion, field, normalised(field, text));
  }

  /**
   * What to look up: the fingerprint under every key version of the keyring, the newest first
   * (`WHERE id_number_index = ANY ($1)`).
   *
   * @throws RangeError for a text that is empty once normalised
   */
  candidates(field: IndexedField, text: string): Buffer[] {
    const value = normalised(field, text);
    return this.#keyring.versions.map((version) => this.fingerprint(version, field, value));
  }

  /** Whether a stored fingerprint was made with another key than the current one. */
  needsRotation(stored: Uint8Array): boolean {
    return stored[0] !== this.#keyring.currentVersion;
  }

  private fingerprint(version: number, field: IndexedField, value: string): Buffer {
    const mac = createHmac('sha256', this.keyOf(version, field)).update(value, 'utf8').digest();
    return Buffer.concat([Buffer.of(version), mac]);
  }

  private keyOf(version: number, field: IndexedField): KeyObject {
    const purpose = JSON.stringify(['zhijia blind index 1', field.table, field.column]);
    const name = `${version} ${purpose}`;
    let key = this.#keys.get(name);
    if (key === undefined) {
      const derived = this.#keyring.derive(version, purpose);
      if (derived === null) throw new Error('A keyring holds the versions it names');
      key = derived;
      this.#keys.set(name, key);
    }
    return key;
  }
}

function normalised(field: IndexedField, text: string): string {
  const value = normalise(field.kind, text);
  if (value === '') throw new RangeError(`${field.table}.${field.column}: an empty text has no fingerprint`);
  return value;
}
