import { isSameMac, macOf } from './mac.js';

/** A JSON value and its HMAC, as one text: what one process of the product tells another that has the same key. */
export function signValue(value: unknown, key: Buffer): string {
  const text = Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${text}.${macOf(key, text)}`;
}

export type OpenedValue =
  { kind: 'opened'; value: unknown } | { kind: 'refused'; reason: 'malformed' | 'badSignature' };

/** `keys`: the current one first; a second one lives while keys are rotated. */
export function openSigned(signed: string, keys: readonly Buffer[]): OpenedValue {
  const [text, mac, ...rest] = signed.split('.');
  if (text === undefined || mac === undefined || rest.length > 0) return { kind: 'refused', reason: 'malformed' };
  if (!keys.some((key) => isSameMac(mac, macOf(key, text)))) return { kind: 'refused', reason: 'badSignature' };
  return { kind: 'opened', value: parseJson(Buffer.from(text, 'base64url').toString('utf8')) };
}

/** Null where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
