import fc from 'fast-check';
import { aServiceKey } from '../test/builders.js';
import {
  closingDigestHash,
  makeClosingDigest,
  signClosingDigest,
  signReceipt,
  verifyClosingDigest,
  verifyReceipt,
} from './index.js';

const hashOf = (index: number): string => index.toString(16).padStart(64, '0');
const content = (hashes: readonly string[], replaced = 0) => ({
  campaignId: 'campaign-1',
  manifestHash: hashOf(7),
  hashes,
  replaced,
});

describe('the closing digest', () => {
  it('is the same whatever the order of the hashes, and another when one is changed, added or dropped', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat({ max: 2 ** 30 }), { minLength: 1, maxLength: 30 }), async (numbers) => {
        const hashes = numbers.map(hashOf);
        const digest = await makeClosingDigest(content(hashes));
        expect(await makeClosingDigest(content(hashes.toReversed()))).toEqual(digest);
        const changed = hashes.with(0, `f${hashes[0]!.slice(1)}`);
        for (const others of [changed, hashes.slice(1), [...hashes, hashOf(2 ** 31)]]) {
          expect((await makeClosingDigest(content(others))).hashesDigest).not.toBe(digest.hashesDigest);
        }
      }),
    );
  });

  it('cannot seal a hash twice, or more replaced ballots than there are', async () => {
    await expect(makeClosingDigest(content([hashOf(1), hashOf(1)]))).rejects.toThrow(TypeError);
    await expect(makeClosingDigest(content([hashOf(1)], 2))).rejects.toThrow();
  });

  it('comes back from its signature and has a hash of its own', async () => {
    const { privateKey, keys } = await aServiceKey();
    const addedSlots = [{ organisationId: 'b', slotCount: 1, slotsHash: hashOf(1) }];
    const digest = await makeClosingDigest({ ...content([hashOf(2), hashOf(1)], 1), addedSlots });
    const jws = await signClosingDigest(digest, privateKey);
    expect(await verifyClosingDigest(jws, keys)).toEqual(digest);
    const second = await makeClosingDigest(content([hashOf(1)]));
    expect(await closingDigestHash(digest)).not.toBe(await closingDigestHash(second));
    await expect(verifyClosingDigest(jws, (await aServiceKey()).keys)).rejects.toMatchObject({ reason: 'signature' });
  });
});

describe('a receipt', () => {
  it('comes back from its signature, and cannot be changed or passed as something else', async () => {
    const { privateKey, keys } = await aServiceKey();
    const receipt = { campaignId: 'campaign-1', envelopeHash: hashOf(1), replacedHash: null };
    const jws = await signReceipt(receipt, privateKey);
    expect(await verifyReceipt(jws, keys)).toEqual(receipt);
    const replacing = { ...receipt, replacedHash: hashOf(2) };
    expect(await verifyReceipt(await signReceipt(replacing, privateKey), keys)).toEqual(replacing);
    await expect(verifyClosingDigest(jws, keys)).rejects.toMatchObject({ reason: 'kind' });
    const [header, , signature] = jws.split('.');
    const [, payload] = (await signReceipt(replacing, privateKey)).split('.');
    await expect(verifyReceipt([header, payload, signature].join('.'), keys)).rejects.toMatchObject({
      reason: 'signature',
    });
  });
});
