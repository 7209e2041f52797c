import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';

/** Made once for each key: from bytes, an HMAC costs six times as much, and each fetch has two. */
const secretKeys = new WeakMap<Buffer, KeyObject>();

/** HMAC-SHA-256 of the parts one behind the other, in base64url. Where one ends and the next begins is the caller's to tell. */
export function macOf(key: Buffer, ...parts: readonly (Uint8Array | string)[]): string {
  let secret = secretKeys.get(key);
  if (secret === undefined) {
    secret = createSecretKey(key);
    secretKeys.set(key, secret);
  }
  const mac = createHmac('sha256', secret);
  for (const part of parts) mac.update(part);
  return mac.digest('base64url');
}

/** Compared as text: base64url has several spellings of one value, and only ours is accepted. */
export function isSameMac(given: string, expected: string): boolean {
  const left = Buffer.from(given);
  const right = Buffer.from(expected);
  return left.length === right.length && timingSafeEqual(left, right);
}
