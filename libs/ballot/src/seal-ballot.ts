import { CompactEncrypt } from 'jose';
import { CODE_BYTES, DONT_KNOW, encodeBallot } from './ballot-codec.js';
import { fromHex, toHex, uuidBytes } from './bytes.js';
import { envelopeHashOf } from './check-envelope.js';
import { manifestHash as hashOf } from './manifest.js';
import type { Manifest } from './manifest.js';

export interface SealRequest {
  /** Verified with `verifyManifest` before. */
  readonly manifest: Manifest;
  /** What the voter was shown (as its fingerprint); the ballot is sealed for this manifest only. */
  readonly manifestHash: string;
  /** The voter's slot of this campaign. */
  readonly slot: string;
  /** One answer per target in the manifest's order: 0 none, 1 to the scale's last grade, 6 don't know. */
  readonly grades: ArrayLike<number>;
}

export interface SealedBallot {
  /** Compact JWE, to be cast. */
  readonly envelope: string;
  /** What receipt and board name it by. */
  readonly envelopeHash: string;
  /** One code (16 hex digits) per target for the voter to keep, empty where codes are off. Who has them can prove the vote. */
  readonly codes: readonly string[];
}

/**
 * Seals a ballot on the voter's own device: only the tally opens it, for this slot and this manifest only.
 *
 * @throws RangeError for answers that do not fit the manifest; Error where the manifest is not the one of the hash.
 */
export async function sealBallot({ manifest, manifestHash, slot, grades }: SealRequest): Promise<SealedBallot> {
  if ((await hashOf(manifest)) !== manifestHash) throw new Error('The manifest is not the one of this hash.');
  if (grades.length !== manifest.targetIds.length) throw new RangeError('There is one answer for each target.');
  for (const answer of Array.from(grades)) {
    if (answer > manifest.scale.grades && answer !== DONT_KNOW) throw new RangeError('A grade is outside the scale.');
  }
  const codes = manifest.codes ? randomCodes(manifest.targetIds.length) : null;
  const envelope = await new CompactEncrypt(encodeBallot(grades, codes))
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', kid: manifest.key.thumbprint })
    .setKeyManagementParameters({ apu: uuidBytes(slot), apv: fromHex(manifestHash) })
    .encrypt(manifest.key.publicKey);
  return { envelope, envelopeHash: await envelopeHashOf(envelope), codes: codes === null ? [] : codesAsHex(codes) };
}

/** Codes of a ballot as voters keep and boards print them: 16 hex digits per target. */
function codesAsHex(codes: Uint8Array): string[] {
  return Array.from({ length: codes.length / CODE_BYTES }, (_, target) =>
    toHex(codes.subarray(target * CODE_BYTES, (target + 1) * CODE_BYTES)),
  );
}

function randomCodes(targetCount: number): Uint8Array {
  const codes = new Uint8Array(targetCount * CODE_BYTES);
  // getRandomValues gives at most 65,536 bytes a call; the manifest allows 8,000.
  crypto.getRandomValues(codes);
  return codes;
}
