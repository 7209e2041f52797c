import { plaintextSize } from './ballot-codec.js';
import {
  concatBytes,
  decodeBase64url,
  fromHex,
  isRespelledBase64url,
  sameBytes,
  sha256Hex,
  uuidBytes,
} from './bytes.js';
import type { Bytes } from './bytes.js';

/** Whose envelope, under which manifest, for which key, and how many targets it must hold. */
export interface EnvelopeContext {
  readonly slot: string;
  readonly manifestHash: string;
  /** RFC 7638 thumbprint of the campaign's public key. */
  readonly thumbprint: string;
  readonly targetCount: number;
}

/**
 * Why an envelope is refused before it is stored:
 * - `malformed`: not five parts of base64url with a JSON header;
 * - `wrongSize`: no ballot for so many targets has this length;
 * - `respelled`: the same content could be, and was, written otherwise than canonically;
 * - `compressed`: the header asks for decompression;
 * - `foreignHeader`: other members or values than those of a ballot;
 * - `otherKey`, `otherSlot`, `otherManifest`: sealed for another campaign key, voter or manifest.
 */
export type EnvelopeRefusal =
  'malformed' | 'wrongSize' | 'respelled' | 'compressed' | 'foreignHeader' | 'otherKey' | 'otherSlot' | 'otherManifest';

export interface RefusedEnvelope {
  readonly kind: 'refused';
  readonly refusal: EnvelopeRefusal;
}

export type EnvelopeCheck = { readonly kind: 'ok'; readonly envelopeHash: string } | RefusedEnvelope;

/** An envelope whose form is right, in the parts of which it is opened. */
export interface ReadEnvelope {
  readonly kind: 'envelope';
  /** The protected header as it stands: what the tag covers beside the ciphertext. */
  readonly protectedHeader: string;
  /** The voter's ephemeral public key, an uncompressed point. */
  readonly ephemeralPoint: Bytes;
  /** `iv | ciphertext | tag`: what names the envelope is the SHA-256 over it. */
  readonly sealed: Bytes;
}

export const IV_BYTES = 12;
export const TAG_BYTES = 16;

const MAX_HEADER_CHARACTERS = 1_024;
const IV_CHARACTERS = 16;
const TAG_CHARACTERS = 22;
const COORDINATE_BYTES = 32;
const UNCOMPRESSED_POINT = 4;

/**
 * Everything that can be asked of an envelope without opening it. Two accepted envelopes of one hash have one content,
 * and one content has one hash: it is taken over the decoded `iv | ciphertext | tag`, and each part must be spelled
 * canonically. That a hash comes a second time is for the caller to refuse.
 */
export async function checkEnvelope(envelope: string, context: EnvelopeContext): Promise<EnvelopeCheck> {
  const read = readEnvelope(envelope, context);
  return read.kind === 'refused' ? read : { kind: 'ok', envelopeHash: await sha256Hex(read.sealed) };
}

/** The same questions without the hash, for whoever has a faster one than WebCrypto's. */
export function readEnvelope(envelope: string, context: EnvelopeContext): ReadEnvelope | RefusedEnvelope {
  const parts = splitEnvelope(envelope, context.targetCount);
  if (typeof parts === 'string') return refused(parts);
  const ephemeralPoint = ephemeralPointOf(parts, context);
  if (typeof ephemeralPoint === 'string') return refused(ephemeralPoint);
  return { kind: 'envelope', protectedHeader: parts.protectedHeader, ephemeralPoint, sealed: parts.sealed };
}

/**
 * SHA-256 over the decoded `iv | ciphertext | tag` of an envelope whose spelling is known to be canonical.
 *
 * @throws TypeError for a text that is no envelope.
 */
export function envelopeHashOf(envelope: string): Promise<string> {
  const parts = envelope.split('.').slice(2).map(decodeBase64url);
  if (parts.length !== 3 || !parts.every((part) => part !== null)) throw new TypeError('Not an envelope.');
  return sha256Hex(concatBytes(...parts));
}

interface EnvelopeParts {
  readonly protectedHeader: string;
  readonly header: Bytes;
  readonly sealed: Bytes;
  readonly sizeFits: boolean;
}

function splitEnvelope(envelope: string, targetCount: number): EnvelopeParts | EnvelopeRefusal {
  const ciphertextCharacters = Math.ceil((plaintextSize(targetCount) * 4) / 3);
  const maxCharacters = MAX_HEADER_CHARACTERS + IV_CHARACTERS + ciphertextCharacters + TAG_CHARACTERS + 4;
  // Before anything else, so that a hostile text costs nothing. Padding and the like is told apart below the bound only.
  if (typeof envelope !== 'string') return 'malformed';
  if (envelope.length > maxCharacters) return 'wrongSize';
  const parts = envelope.split('.');
  if (parts.length !== 5) return 'malformed';
  const [header = '', key = '', iv = '', ciphertext = '', tag = ''] = parts;
  const decoded: Bytes[] = [];
  for (const part of [header, iv, ciphertext, tag]) {
    const bytes = decodeBase64url(part);
    if (bytes === null) return isRespelledBase64url(part) ? 'respelled' : 'malformed';
    decoded.push(bytes);
  }
  // Direct key agreement has no encrypted key; with one it is another algorithm.
  if (key !== '') return 'foreignHeader';
  if (header === '' || header.length > MAX_HEADER_CHARACTERS) return 'malformed';
  if (iv.length !== IV_CHARACTERS || tag.length !== TAG_CHARACTERS) return 'malformed';
  const [headerBytes = new Uint8Array(), ...sealed] = decoded;
  return {
    protectedHeader: header,
    header: headerBytes,
    sealed: concatBytes(...sealed),
    sizeFits: ciphertext.length === ciphertextCharacters,
  };
}

function ephemeralPointOf(parts: EnvelopeParts, context: EnvelopeContext): Bytes | EnvelopeRefusal {
  const header = parseHeader(parts.header);
  if (typeof header === 'string') return header;
  // Compression before size: a compressed ballot has another size because of it.
  if (Object.hasOwn(header, 'zip')) return 'compressed';
  if (!parts.sizeFits) return 'wrongSize';
  if (!hasExactly(header, ['alg', 'apu', 'apv', 'enc', 'epk', 'kid'])) return 'foreignHeader';
  if (header.alg !== 'ECDH-ES' || header.enc !== 'A256GCM') return 'foreignHeader';
  const point = readEphemeralKey(header.epk);
  if (typeof point === 'string') return point;
  // The manifest first: an envelope of another campaign differs in all three, and this is the reason to tell.
  const refusal =
    refusalOfParty(header.apv, fromHex(context.manifestHash), 'otherManifest') ??
    (header.kid === context.thumbprint ? null : 'otherKey') ??
    refusalOfParty(header.apu, uuidBytes(context.slot), 'otherSlot');
  return refusal ?? point;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The order of members is free, their spelling is not: no white space, no escapes, and no name twice. */
function parseHeader(bytes: Bytes): Record<string, unknown> | EnvelopeRefusal {
  try {
    const text = strictUtf8.decode(bytes);
    const header: unknown = JSON.parse(text);
    if (!isRecord(header)) return 'malformed';
    // JSON.parse keeps the last of two members of one name; written again, the text is shorter.
    return JSON.stringify(header) === text ? header : 'respelled';
  } catch {
    return 'malformed';
  }
}

function readEphemeralKey(key: unknown): Bytes | EnvelopeRefusal {
  if (!isRecord(key) || !hasExactly(key, ['crv', 'kty', 'x', 'y'])) return 'foreignHeader';
  if (key.kty !== 'EC' || key.crv !== 'P-256') return 'foreignHeader';
  const point = new Uint8Array(1 + 2 * COORDINATE_BYTES);
  point[0] = UNCOMPRESSED_POINT;
  for (const [index, coordinate] of [key.x, key.y].entries()) {
    if (typeof coordinate !== 'string') return 'foreignHeader';
    const bytes = decodeBase64url(coordinate);
    if (bytes === null) return isRespelledBase64url(coordinate) ? 'respelled' : 'foreignHeader';
    if (bytes.length !== COORDINATE_BYTES) return 'foreignHeader';
    point.set(bytes, 1 + index * COORDINATE_BYTES);
  }
  return point;
}

function refusalOfParty(value: unknown, expected: Bytes, refusal: EnvelopeRefusal): EnvelopeRefusal | null {
  if (typeof value !== 'string') return 'foreignHeader';
  const bytes = decodeBase64url(value);
  if (bytes === null) return isRespelledBase64url(value) ? 'respelled' : refusal;
  return sameBytes(bytes, expected) ? null : refusal;
}

function hasExactly(record: Record<string, unknown>, names: readonly string[]): boolean {
  return Object.keys(record).sort().join() === names.join();
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refused(refusal: EnvelopeRefusal): RefusedEnvelope {
  return { kind: 'refused', refusal };
}
