import { compactDecrypt } from 'jose';
import type { CryptoKey } from 'jose';
import { decodeBallot } from './ballot-codec.js';
import type { BallotContent, SpoiledReason } from './ballot-codec.js';
import { checkEnvelope } from './check-envelope.js';
import type { EnvelopeRefusal } from './check-envelope.js';
import type { Manifest } from './manifest.js';

/** Under which manifest ballots of a campaign were sealed. */
export interface OpeningContext {
  readonly manifest: Manifest;
  readonly manifestHash: string;
}

/**
 * What an envelope held. `envelopeHash` is that of the very text that was opened (null where it is no envelope of this
 * campaign and slot): the caller compares it with the sealed list, or a ballot changed in storage would pass as spoiled.
 */
export type OpenedBallot =
  | ({ readonly kind: 'ballot'; readonly envelopeHash: string } & BallotContent)
  | {
      readonly kind: 'spoiled';
      readonly envelopeHash: string | null;
      readonly reason: SpoiledReason | EnvelopeRefusal;
    };

/** A stored envelope with whatever else the caller needs beside it. */
export interface CastEnvelope {
  readonly slot: string;
  readonly envelope: string;
}

/**
 * Opens one envelope, with `jose` and wherever there is WebCrypto. What fails inside is spoiled with its reason and never
 * thrown.
 *
 * @param privateKey from `importBallotKey`, which makes sure it is the campaign's own.
 */
export async function openEnvelope(
  { slot, envelope }: CastEnvelope,
  privateKey: CryptoKey,
  { manifest, manifestHash }: OpeningContext,
): Promise<OpenedBallot> {
  const check = await checkEnvelope(envelope, {
    slot,
    manifestHash,
    thumbprint: manifest.key.thumbprint,
    targetCount: manifest.targetIds.length,
  });
  if (check.kind === 'refused') return { kind: 'spoiled', envelopeHash: null, reason: check.refusal };
  const { envelopeHash } = check;
  const opened = await compactDecrypt(envelope, privateKey, {
    keyManagementAlgorithms: ['ECDH-ES'],
    contentEncryptionAlgorithms: ['A256GCM'],
  }).catch(() => null);
  if (opened === null) return { kind: 'spoiled', envelopeHash, reason: 'notOpened' };
  return { ...decodeBallot(opened.plaintext, manifest), envelopeHash };
}
