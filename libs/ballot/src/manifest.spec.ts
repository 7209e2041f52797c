import { aCampaign, aServiceKey, aSlot } from '../test/builders.js';
import { comparePaths } from './manifest.js';
import {
  ManifestError,
  canonicalJson,
  fingerprint,
  hashSlots,
  makeManifest,
  manifestHash,
  parseCanonicalJson,
  parseManifest,
  signManifest,
  stratumOf,
  verifyManifest,
} from './index.js';
import { signJson } from './signed-json.js';

describe('the manifest', () => {
  it('has one hash whatever the order of its members', async () => {
    const { manifest, manifestHash: hash } = await aCampaign();
    const reversed = Object.fromEntries(Object.entries(manifest).reverse());
    expect(await manifestHash(parseManifest(reversed))).toBe(hash);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('has another hash when anything in it changes', async () => {
    const { manifest, manifestHash: hash } = await aCampaign();
    expect(await manifestHash({ ...manifest, codes: false })).not.toBe(hash);
    expect(await manifestHash({ ...manifest, targetIds: manifest.targetIds.toReversed() })).not.toBe(hash);
  });

  it('has a fingerprint of six groups of four digits', async () => {
    expect(fingerprint('0'.repeat(64))).toBe('0000 0000 0000 0000 0000 0000');
    expect(fingerprint('ff'.repeat(32))).toBe('2089 2581 9614 6291 7470 6175');
  });

  it('comes back from its signature', async () => {
    const { manifest } = await aCampaign();
    const service = await aServiceKey();
    const jws = await signManifest(manifest, service.privateKey);
    expect(await verifyManifest(jws, service.keys)).toEqual(manifest);
  });

  it('is the one of the hash that was asked for, or not trusted', async () => {
    const { manifest, manifestHash: hash } = await aCampaign();
    const service = await aServiceKey();
    const jws = await signManifest(manifest, service.privateKey);
    expect(await verifyManifest(jws, service.keys, hash)).toEqual(manifest);
    const other = await signManifest({ ...manifest, codes: false }, service.privateKey);
    await expect(verifyManifest(other, service.keys, hash)).rejects.toMatchObject({ reason: 'content' });
  });

  it('is trusted from a key set that names no key ids', async () => {
    const { manifest } = await aCampaign();
    const service = await aServiceKey();
    const jws = await signManifest(manifest, service.privateKey);
    const keys = service.keys.keys.map(({ kid: _, ...key }) => key);
    expect(await verifyManifest(jws, { keys: keys })).toEqual(manifest);
  });

  it('is not trusted from another service, under another kind, or with another content', async () => {
    const { manifest } = await aCampaign();
    const service = await aServiceKey();
    const other = await aServiceKey();
    const jws = await signManifest(manifest, other.privateKey);
    await expect(verifyManifest(jws, service.keys)).rejects.toMatchObject({ reason: 'signature' });
    const receipt = await signJson('zhijia-receipt+jws', manifest, service.privateKey);
    await expect(verifyManifest(receipt, service.keys)).rejects.toMatchObject({ reason: 'kind' });
    const nonsense = await signJson('zhijia-manifest+jws', { version: 1 }, service.privateKey);
    await expect(verifyManifest(nonsense, service.keys)).rejects.toMatchObject({ reason: 'content' });
  });

  it('is not signed with the thumbprint of another key', async () => {
    const { manifest } = await aCampaign();
    const { key } = await aCampaign();
    const service = await aServiceKey();
    const mixed = { ...manifest, key: { ...manifest.key, thumbprint: key.thumbprint } };
    await expect(signManifest(mixed, service.privateKey)).rejects.toThrow(ManifestError);
  });

  it.each<[string, object]>([
    ['an electorate smaller than the minimum cell', { minimumCell: 41 }],
    ['a target twice', { targetIds: ['police', 'police'] }],
    ['a stratum named OTHER', { strata: ['OTHER'] }],
    ['a grade that both passes and is bad', { scale: { grades: 5, passGrades: [1, 2, 3], badGrades: [3, 4] } }],
    ['a passing grade outside the scale', { scale: { grades: 3, passGrades: [1, 4], badGrades: [] } }],
    ['a window that closes first', { window: { opensAt: '2021-01-01T00:00:00Z', closesAt: '2020-01-01T00:00:00Z' } }],
    ['a member it does not know', { colour: 'red' }],
  ])('refuses %s', async (_, change) => {
    await expect(aCampaign(change)).rejects.toThrow(ManifestError);
  });

  it('refuses a tree with a gap, and one with two roots', async () => {
    const { manifest } = await aCampaign();
    const withPaths = (...paths: string[]): unknown => ({
      ...manifest,
      organisations: paths.map((path) => ({ ...manifest.organisations[0], path, organisationId: path })),
    });
    expect(() => parseManifest(withPaths('1', '1.2.3'))).toThrow(ManifestError);
    expect(() => parseManifest(withPaths('1', '2'))).toThrow(ManifestError);
    expect(() => parseManifest(withPaths('1', '1.10', '1.2'))).toThrow(ManifestError);
    expect(() => parseManifest(withPaths('4.7', '4.7.2', '4.7.10'))).not.toThrow();
  });

  it('puts organisations into the order of the tree', async () => {
    const { manifest } = await aCampaign();
    const { version: _v, cellRule: _c, ...content } = manifest;
    expect(makeManifest({ ...content, organisations: manifest.organisations.toReversed() })).toEqual(manifest);
    expect(['1.10', '1.2', '2', '1', '1.2.1'].sort(comparePaths)).toEqual(['1', '1.2', '1.2.1', '1.10', '2']);
  });

  it('hashes slots whatever their order', async () => {
    const slots = [aSlot(), aSlot(), aSlot()];
    expect(await hashSlots(slots)).toBe(await hashSlots(slots.toReversed()));
    expect(await hashSlots(slots)).not.toBe(await hashSlots(slots.slice(1)));
    expect(() => hashSlots([slots[0]!, slots[0]!])).toThrow(TypeError);
  });

  it('counts a member in the first stratum of the list that fits', () => {
    const manifest = { strata: ['PARTY_HEAD', 'MODEL_WORKER'] };
    expect(stratumOf(manifest, ['MODEL_WORKER', 'PARTY_HEAD'])).toBe('PARTY_HEAD');
    expect(stratumOf(manifest, ['CHAIR'])).toBe('OTHER');
  });
});

describe('canonical JSON', () => {
  it('sorts members and writes whole numbers only', () => {
    expect(canonicalJson({ b: [1, null, 'é"'], a: { z: true, y: undefined } })).toBe(
      '{"a":{"z":true},"b":[1,null,"é\\""]}',
    );
    expect(() => canonicalJson(0.5)).toThrow(TypeError);
    expect(() => canonicalJson(-0)).toThrow(TypeError);
    expect(() => canonicalJson([undefined])).toThrow(TypeError);
  });

  it('reads its own spelling only', () => {
    expect(parseCanonicalJson('{"a":1}')).toEqual({ a: 1 });
    for (const text of ['{"a": 1}', '{"a":1,"a":1}', '{"b":1,"a":1}', '{"\\u0061":1}', '{"a":1.0}', '{'])
      expect(parseCanonicalJson(text)).toBeUndefined();
  });
});
