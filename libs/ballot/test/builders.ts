import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import type { JSONWebKeySet, JWK } from 'jose';
import { hashSlots, makeBallotKey, makeManifest, manifestHash } from '../src/index.js';
import type { BallotKey, Manifest } from '../src/index.js';

/** The organiser's service key, and the key set that readers trust. */
export async function aServiceKey(): Promise<{ privateKey: JWK; keys: JSONWebKeySet }> {
  const pair = await generateKeyPair('ES256', { extractable: true });
  const privateKey = await exportJWK(pair.privateKey);
  const { kty, crv, x, y } = privateKey;
  const kid = await calculateJwkThumbprint(privateKey);
  return { privateKey: { ...privateKey, kid }, keys: { keys: [{ kty, crv, x, y, kid }] } };
}

/** A fresh slot. */
export function aSlot(): string {
  return crypto.randomUUID();
}

export interface Campaign {
  readonly manifest: Manifest;
  readonly manifestHash: string;
  readonly key: BallotKey;
}

/** A campaign over a small tree: 1 > 1.1, 1.2, 1.3, ten slots each unless told otherwise. */
export async function aCampaign(content: Partial<Manifest> = {}): Promise<Campaign> {
  const key = await makeBallotKey();
  const slotsHash = await hashSlots([aSlot()]);
  const manifest = makeManifest({
    campaignId: 'campaign-1',
    targetIds: ['police', 'tax', 'transport'],
    questionSetHash: 'ab'.repeat(32),
    scale: { grades: 5, passGrades: [1, 2, 3], badGrades: [4, 5] },
    window: { opensAt: '2020-11-23T00:00:00.000Z', closesAt: '2020-12-23T00:00:00.000Z' },
    organisations: ['1', '1.1', '1.2', '1.3'].map((path) => ({
      organisationId: `organisation-${path}`,
      path,
      slotCount: 10,
      slotsHash,
    })),
    key: { thumbprint: key.thumbprint, publicKey: key.publicKey },
    minimumCell: 5,
    strata: ['MODEL_WORKER', 'MIGRANT_WORKER'],
    codes: true,
    passLineBasisPoints: 8_000,
    minTurnoutBasisPoints: 6_000,
    ...content,
  });
  return { manifest, manifestHash: await manifestHash(manifest), key };
}

/** The targets of a campaign with so many of them. */
export function targets(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `target-${index + 1}`);
}

/** Counters of one target from its answers. */
export function countersOf(...answersByTarget: readonly (readonly number[])[]): Uint32Array {
  const counters = new Uint32Array(answersByTarget.length * 7);
  for (const [target, answers] of answersByTarget.entries()) {
    for (const answer of answers) counters[target * 7 + answer]! += 1;
  }
  return counters;
}

/** Everything a generator gives. */
export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}
