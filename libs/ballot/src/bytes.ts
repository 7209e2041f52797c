/** Bytes as WebCrypto takes them. */
export type Bytes = Uint8Array<ArrayBuffer>;

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const sextetOf = new Int8Array(128).fill(-1);
for (let index = 0; index < alphabet.length; index += 1) sextetOf[alphabet.charCodeAt(index)] = index;

const hexOf = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += hexOf[byte];
  return text;
}

/** @throws TypeError for anything but an even number of lower-case hex digits. */
export function fromHex(text: string): Bytes {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new TypeError('Not lower-case hex.');
  const bytes = new Uint8Array(text.length / 2);
  for (let index = 0; index < bytes.length; index += 1)
    bytes[index] = parseInt(text.slice(index * 2, index * 2 + 2), 16);
  return bytes;
}

/**
 * Decodes base64url in its one canonical spelling: no padding, no foreign characters, unused bits zero. Everything else
 * is null, so that one content has one text and a copy in other letters is not a second ballot.
 */
export function decodeBase64url(text: string): Bytes | null {
  if (text.length % 4 === 1) return null;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let bitCount = 0;
  let at = 0;
  for (let index = 0; index < text.length; index += 1) {
    const sextet = sextetOf[text.charCodeAt(index)] ?? -1;
    if (sextet < 0) return null;
    bits = ((bits << 6) | sextet) & 0xffff;
    bitCount += 6;
    if (bitCount >= 8) {
      bitCount -= 8;
      bytes[at] = (bits >> bitCount) & 0xff;
      at += 1;
    }
  }
  return (bits & ((1 << bitCount) - 1)) === 0 ? bytes : null;
}

/** Whether a lenient decoder would read bytes out of a text that is not canonical base64url. */
export function isRespelledBase64url(text: string): boolean {
  const letters = text.replace(/[\s=]/g, '').replaceAll('+', '-').replaceAll('/', '_');
  return decodeBase64url(text) === null && letters.length % 4 !== 1 && /^[A-Za-z0-9_-]*$/.test(letters);
}

/** The 16 bytes of a UUID in its canonical lower-case form. @throws TypeError for any other form. */
export function uuidBytes(uuid: string): Bytes {
  if (!uuidPattern.test(uuid)) throw new TypeError('Not a UUID in canonical form.');
  return fromHex(uuid.replaceAll('-', ''));
}

export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

export function concatBytes(...parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function utf8(text: string): Bytes {
  return new TextEncoder().encode(text);
}

/** SHA-256 as lower-case hex. */
export async function sha256Hex(bytes: Bytes): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}
