import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';

/** A JSON value and its HMAC, as one text: what one process of the product tells another that has the same key. */
export function signValue(value: unknown, key: Buffer): string {
  const text = Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${text}.${macOf(text, key).toString('base64url')}`;
}

export type OpenedValue =
  { kind: 'opened'; value: unknown } | { kind: 'refused'; reason: 'malformed' | 'badSignature' };

/** `keys`: the current one first; a second one lives while keys are rotated. */
export function openSigned(signed: string, keys: readonly Buffer[]): OpenedValue {
  const [text, mac, ...rest] = signed.split('.');
  if (text === undefined || mac === undefined || rest.length > 0) return { kind: 'refused', reason: 'malformed' };
  if (!keys.some((key) => isEqual(mac, macOf(text, key)))) return { kind: 'refused', reason: 'badSignature' };
  return { kind: 'opened', value: parseJson(Buffer.from(text, 'base64url').toString('utf8')) };
}

/** Made once for each key: from bytes, an HMAC costs six times as much, and each fetch has two. */
const secretKeys = new WeakMap<Buffer, KeyObject>();

function macOf(text: string, key: Buffer): Buffer {
  let secret = secretKeys.get(key);
  if (secret === undefined) {
    secret = createSecretKey(key);
    secretKeys.set(key, secret);
  }
  return createHmac('sha256', secret).update(text).digest();
}

function isEqual(given: string, expected: Buffer): boolean {
  // The text form is compared: base64url has several spellings of one value, and only ours is accepted.
  const left = Buffer.from(given);
  const right = Buffer.from(expected.toString('base64url'));
  return left.length === right.length && timingSafeEqual(left, right);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
