import { CompactEncrypt } from 'jose';
import { aCampaign, aSlot } from '../test/builders.js';
import { fromHex, toHex, uuidBytes } from './bytes.js';
import { encodeBallot, importBallotKey, openEnvelope, sealBallot } from './index.js';
import type { OpenedBallot } from './index.js';

async function aSealedCampaign(codes = true) {
  const campaign = await aCampaign({ codes });
  const slot = aSlot();
  const key = await importBallotKey(campaign.key.privateKey, campaign.key.thumbprint);
  const open = (envelope: string, ofSlot = slot): Promise<OpenedBallot> =>
    openEnvelope({ slot: ofSlot, envelope }, key, campaign);
  const seal = (plaintext: Uint8Array): Promise<string> =>
    new CompactEncrypt(plaintext)
      .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', kid: campaign.key.thumbprint })
      .setKeyManagementParameters({ apu: uuidBytes(slot), apv: fromHex(campaign.manifestHash) })
      .encrypt(campaign.key.publicKey);
  return { campaign, slot, open, seal };
}

describe('the opening of envelopes', () => {
  it('gives back what the voter sealed, with the codes and the hash the voter keeps', async () => {
    const { campaign, slot, open } = await aSealedCampaign();
    const sealed = await sealBallot({ ...campaign, slot, grades: [1, 6, 0] });
    const opened = await open(sealed.envelope);
    if (opened.kind !== 'ballot') throw new Error(opened.reason);
    expect([...opened.grades]).toEqual([1, 6, 0]);
    expect(toHex(opened.codes)).toBe(sealed.codes.join(''));
    expect(opened.envelopeHash).toBe(sealed.envelopeHash);
  });

  it('gives no codes where they are off', async () => {
    const { campaign, slot, open } = await aSealedCampaign(false);
    const sealed = await sealBallot({ ...campaign, slot, grades: [1, 2, 3] });
    expect(sealed.codes).toEqual([]);
    expect(await open(sealed.envelope)).toMatchObject({ kind: 'ballot', codes: new Uint8Array() });
  });

  it('counts as spoiled what is wrong inside', async () => {
    const { open, seal } = await aSealedCampaign();
    const codes = new Uint8Array(24).fill(1);
    const changed = (at: number, byte: number): Uint8Array => encodeBallot([1, 2, 3], codes).fill(byte, at, at + 1);
    expect(await open(await seal(changed(0, 9)))).toMatchObject({ kind: 'spoiled', reason: 'wrongVersion' });
    expect(await open(await seal(changed(1, 200)))).toMatchObject({ kind: 'spoiled', reason: 'unknownAnswer' });
    expect(await open(await seal(changed(255, 1)))).toMatchObject({ kind: 'spoiled', reason: 'tailNotZero' });
    expect(await open(await seal(encodeBallot([1, 2, 3], null)))).toMatchObject({
      kind: 'spoiled',
      reason: 'missingCode',
    });
  });

  it('counts as spoiled what does not open, and still names its hash', async () => {
    const { campaign, slot, open } = await aSealedCampaign();
    const first = await sealBallot({ ...campaign, slot, grades: [1, 2, 3] });
    const second = await sealBallot({ ...campaign, slot, grades: [1, 2, 3] });
    const [, ...content] = first.envelope.split('.');
    const mixed = [second.envelope.split('.')[0], ...content].join('.');
    expect(await open(mixed)).toEqual({ kind: 'spoiled', envelopeHash: first.envelopeHash, reason: 'notOpened' });
    const offCurve = JSON.parse(atob(first.envelope.split('.')[0]!.replaceAll('-', '+').replaceAll('_', '/'))) as {
      epk: { x: string; y: string };
    };
    offCurve.epk.x = offCurve.epk.y;
    const header = btoa(JSON.stringify(offCurve)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
    expect(await open([header, ...content].join('.'))).toMatchObject({ kind: 'spoiled', reason: 'notOpened' });
  });

  it('opens for its own slot only, also when the stored header is changed to another', async () => {
    const { campaign, slot, open } = await aSealedCampaign();
    const { envelope } = await sealBallot({ ...campaign, slot, grades: [1, 2, 3] });
    const thief = aSlot();
    expect(await open(envelope, thief)).toMatchObject({ kind: 'spoiled', envelopeHash: null, reason: 'otherSlot' });
    const [header = '', ...content] = envelope.split('.');
    const members = JSON.parse(atob(header.replaceAll('-', '+').replaceAll('_', '/'))) as { apu: string };
    members.apu = btoa(String.fromCharCode(...uuidBytes(thief)))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '');
    const copied = btoa(JSON.stringify(members)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
    expect(await open([copied, ...content].join('.'), thief)).toMatchObject({ kind: 'spoiled', reason: 'notOpened' });
  });

  it('seals only what fits the manifest that the voter was shown', async () => {
    const { campaign, slot } = await aSealedCampaign();
    await expect(sealBallot({ ...campaign, slot, grades: [1, 2] })).rejects.toThrow(RangeError);
    await expect(sealBallot({ ...campaign, slot, grades: [1, 2, 9] })).rejects.toThrow(RangeError);
    const otherManifest = { ...campaign.manifest, codes: false };
    await expect(sealBallot({ ...campaign, manifest: otherManifest, slot, grades: [1, 2, 3] })).rejects.toThrow(
      /manifest/,
    );
  });
});
