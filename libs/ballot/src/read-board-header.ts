import type { JSONWebKeySet } from 'jose';
import type { BoardReader } from './board-reader.js';
import { verifyClosingDigest } from './closing-digest.js';
import type { ClosingDigest } from './closing-digest.js';
import { manifestHash } from './manifest.js';
import type { Manifest } from './manifest.js';
import type { RecountProblems } from './recount-problem.js';
import { verifyManifest } from './sign-manifest.js';

/** What the first line of a board says, as far as its signatures hold. */
export interface BoardHeader {
  readonly manifest: Manifest;
  readonly manifestHash: string;
  readonly closing: ClosingDigest;
  /** Whether the signatures are by the keys the reader trusts; null where none were given. */
  readonly isTrusted: boolean | null;
}

/** Reads the header and checks its signatures; null where it is missing or not signed by the keys it names. */
export async function readBoardHeader(
  reader: BoardReader,
  problems: RecountProblems,
  trustedKeys: JSONWebKeySet | undefined,
): Promise<BoardHeader | null> {
  const line = await reader.take('board');
  const place = { line: 1 };
  if (line === null) {
    problems.report('order', place, 'The board does not begin with its header.', '公示板缺少首行。');
    return null;
  }
  const verify = async (keys: JSONWebKeySet): Promise<{ manifest: Manifest; closing: ClosingDigest } | null> => {
    try {
      return {
        manifest: await verifyManifest(line.manifest, keys),
        closing: await verifyClosingDigest(line.closing, keys),
      };
    } catch {
      return null;
    }
  };
  const signed = await verify({ keys: line.serviceKeys });
  if (signed === null) {
    problems.report(
      'signature',
      place,
      'Manifest or closing digest are not signed by the keys named on the board.',
      '投票说明书或封存摘要的签名与公示板所列密钥不符。',
    );
    return null;
  }
  const isTrusted = trustedKeys === undefined ? null : (await verify(trustedKeys)) !== null;
  if (isTrusted === false) {
    problems.report(
      'untrustedKey',
      place,
      'The board is signed by a key you do not trust.',
      '公示板的签名密钥不在您信任的密钥之列。',
    );
  }
  const hash = await manifestHash(signed.manifest);
  if (signed.closing.manifestHash !== hash || signed.closing.campaignId !== signed.manifest.campaignId) {
    problems.report('signature', place, 'The closing digest is of another campaign.', '封存摘要属于另一次评议。');
  }
  return { ...signed, manifestHash: hash, isTrusted };
}
