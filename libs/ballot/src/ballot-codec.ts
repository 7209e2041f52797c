import type { Bytes } from './bytes.js';
import type { Manifest } from './manifest.js';

/** Answer of a target the voter left open. */
export const NO_ANSWER = 0;
/** Answer "don't know": counted, yet not among the grades. */
export const DONT_KNOW = 6;
/** Random bytes by which a voter finds one rating on the board. */
export const CODE_BYTES = 8;

const PLAINTEXT_VERSION = 1;
const BLOCK_BYTES = 256;
const TARGETS_PER_BLOCK = 28;

/** Why the inside of an envelope does not count. */
export type SpoiledReason =
  'notOpened' | 'wrongLength' | 'wrongVersion' | 'unknownAnswer' | 'missingCode' | 'unexpectedCode' | 'tailNotZero';

/** What a ballot says: answers in the order of the manifest's targets, and eight code bytes for each (none when off). */
export interface BallotContent {
  readonly grades: Uint8Array;
  readonly codes: Uint8Array;
}

export type DecodedBallot =
  ({ readonly kind: 'ballot' } & BallotContent) | { readonly kind: 'spoiled'; readonly reason: SpoiledReason };

/** Bytes of a plaintext, the same whatever the answers: 256 for every 28 targets begun. */
export function plaintextSize(targetCount: number): number {
  return Math.ceil(targetCount / TARGETS_PER_BLOCK) * BLOCK_BYTES;
}

/**
 * Version, one byte per target, eight code bytes per target, zeros to the end.
 *
 * @param codes eight bytes per target, or null where codes are off.
 * @throws RangeError for an answer outside 0..6 or codes of another length.
 */
export function encodeBallot(grades: ArrayLike<number>, codes: Uint8Array | null): Bytes {
  const targetCount = grades.length;
  const bytes = new Uint8Array(plaintextSize(targetCount));
  bytes[0] = PLAINTEXT_VERSION;
  for (let target = 0; target < targetCount; target += 1) {
    const answer = grades[target] ?? NO_ANSWER;
    if (!Number.isInteger(answer) || answer < NO_ANSWER || answer > DONT_KNOW) {
      throw new RangeError(`Answer ${target + 1} is none of 0 to ${DONT_KNOW}.`);
    }
    bytes[1 + target] = answer;
  }
  if (codes !== null) {
    if (codes.length !== targetCount * CODE_BYTES) throw new RangeError('There are eight code bytes for each target.');
    bytes.set(codes, 1 + targetCount);
  }
  return bytes;
}

/** Reads a plaintext strictly: whatever `encodeBallot` would not have written for this manifest is spoiled. */
export function decodeBallot(
  bytes: Uint8Array,
  manifest: Pick<Manifest, 'targetIds' | 'scale' | 'codes'>,
): DecodedBallot {
  const targetCount = manifest.targetIds.length;
  if (bytes.length !== plaintextSize(targetCount)) return spoiled('wrongLength');
  if (bytes[0] !== PLAINTEXT_VERSION) return spoiled('wrongVersion');
  const codesFrom = 1 + targetCount;
  const tailFrom = codesFrom + targetCount * CODE_BYTES;
  const grades = bytes.slice(1, codesFrom);
  const codes = bytes.slice(codesFrom, tailFrom);
  if (!grades.every((answer) => answer <= manifest.scale.grades || answer === DONT_KNOW)) {
    return spoiled('unknownAnswer');
  }
  if (!bytes.subarray(tailFrom).every(isZero)) return spoiled('tailNotZero');
  if (!manifest.codes) {
    return codes.every(isZero) ? { kind: 'ballot', grades, codes: new Uint8Array() } : spoiled('unexpectedCode');
  }
  for (let at = 0; at < codes.length; at += CODE_BYTES) {
    // A client without randomness would leave zeros, and its voters could not tell their ratings apart.
    if (codes.subarray(at, at + CODE_BYTES).every(isZero)) return spoiled('missingCode');
  }
  return { kind: 'ballot', grades, codes };
}

function isZero(byte: number): boolean {
  return byte === 0;
}

function spoiled(reason: SpoiledReason): DecodedBallot {
  return { kind: 'spoiled', reason };
}
