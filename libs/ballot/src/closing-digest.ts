import type { JSONWebKeySet, JWK } from 'jose';
import { z } from 'zod';
import { fromHex, sha256Hex, utf8 } from './bytes.js';
import { canonicalJson } from './canonical-json.js';
import { slotCountSchema } from './manifest.js';
import type { SlotCount } from './manifest.js';
import { UntrustedError, signJson, verifyJson } from './signed-json.js';

const HASH_BYTES = 32;

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0).max(100_000_000);

const closingDigestSchema = z
  .strictObject({
    version: z.literal(1),
    campaignId: z.string().min(1).max(64),
    manifestHash: hash,
    /** SHA-256 over the raw hashes of all accepted envelopes, sorted; superseded ones are among them, not marked. */
    hashesDigest: hash,
    /** Envelopes accepted, superseded ones included. */
    accepted: count,
    /** Envelopes superseded by a later one of the same slot. */
    replaced: count,
    /** Slots given after the manifest was signed, counted in public. */
    addedSlots: z.array(slotCountSchema).max(100_000),
  })
  .refine(({ accepted, replaced }) => replaced <= accepted, 'More replaced than accepted.');

/** What is sealed and published before anything is opened: with it no ballot can be added, dropped or exchanged. */
export type ClosingDigest = Readonly<z.infer<typeof closingDigestSchema>>;

export interface ClosingContent {
  readonly campaignId: string;
  readonly manifestHash: string;
  /** Hashes of all accepted envelopes in any order. */
  readonly hashes: readonly string[];
  readonly replaced: number;
  readonly addedSlots?: readonly SlotCount[];
}

/** @throws TypeError where a hash stands twice or is none; Error where counts cannot be. */
export async function makeClosingDigest(content: ClosingContent): Promise<ClosingDigest> {
  const { hashes, addedSlots = [], ...rest } = content;
  return closingDigestSchema.parse({
    ...rest,
    version: 1,
    hashesDigest: await digestHashes(hashes),
    accepted: hashes.length,
    addedSlots: [...addedSlots].sort((left, right) => (left.organisationId < right.organisationId ? -1 : 1)),
  });
}

/** SHA-256 over the raw bytes of hashes, sorted here. @throws TypeError where one stands twice or is none. */
export function digestHashes(hashes: readonly string[]): Promise<string> {
  const bytes = new Uint8Array(hashes.length * HASH_BYTES);
  let before = '';
  for (const [index, hashText] of [...hashes].sort().entries()) {
    if (hashText.length !== HASH_BYTES * 2) throw new TypeError('Not a SHA-256 in hex.');
    if (hashText === before) throw new TypeError('A hash stands twice.');
    bytes.set(fromHex(hashText), index * HASH_BYTES);
    before = hashText;
  }
  return sha256Hex(bytes);
}

/** Names a closing digest: the wrapped key is released against one of them only. */
export function closingDigestHash(digest: ClosingDigest): Promise<string> {
  return sha256Hex(utf8(canonicalJson(digest)));
}

/** The service's word on what was cast, given before anything is opened. */
export function signClosingDigest(digest: ClosingDigest, serviceKey: JWK): Promise<string> {
  return signJson('zhijia-closing+jws', closingDigestSchema.parse(digest), serviceKey);
}

/** @throws UntrustedError */
export async function verifyClosingDigest(jws: string, serviceKeys: JSONWebKeySet): Promise<ClosingDigest> {
  const parsed = closingDigestSchema.safeParse(await verifyJson('zhijia-closing+jws', jws, serviceKeys));
  if (parsed.success) return parsed.data;
  throw new UntrustedError('content', 'The signed content is not a closing digest.');
}
