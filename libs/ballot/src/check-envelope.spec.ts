import fc from 'fast-check';
import { CompactEncrypt } from 'jose';
import type { CompactJWEHeaderParameters } from 'jose';
import { aCampaign, aSlot, targets } from '../test/builders.js';
import type { Campaign } from '../test/builders.js';
import { decodeBase64url, fromHex, isRespelledBase64url, utf8, uuidBytes } from './bytes.js';
import { checkEnvelope, encodeBallot, envelopeHashOf, plaintextSize, sealBallot } from './index.js';
import type { EnvelopeContext } from './index.js';

let campaign: Campaign;
let slot: string;
let context: EnvelopeContext;
let envelope: string;

beforeAll(async () => {
  campaign = await aCampaign();
  slot = aSlot();
  context = { slot, manifestHash: campaign.manifestHash, thumbprint: campaign.key.thumbprint, targetCount: 3 };
  envelope = (await sealBallot({ ...campaign, slot, grades: [1, 5, 6] })).envelope;
});

async function outcome(text: string, changes: Partial<EnvelopeContext> = {}): Promise<string> {
  const check = await checkEnvelope(text, { ...context, ...changes });
  return check.kind === 'ok' ? check.kind : check.refusal;
}

function parts(): string[] {
  return envelope.split('.');
}

function withPart(index: number, part: string): string {
  return parts().with(index, part).join('.');
}

function toBase64url(text: string): string {
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function headerText(): string {
  return new TextDecoder().decode(decodeBase64url(parts()[0]!)!);
}

/** The envelope with its header written anew; opening it would fail, yet the service cannot know. */
function withHeader(text: string): string {
  return withPart(0, toBase64url(text));
}

function withMembers(change: (header: Record<string, unknown>) => unknown): string {
  const header = JSON.parse(headerText()) as Record<string, unknown>;
  return withHeader(JSON.stringify(change(header)));
}

async function foreign(
  header: Partial<CompactJWEHeaderParameters>,
  plaintext = encodeBallot([1, 2, 3], null),
): Promise<string> {
  return new CompactEncrypt(plaintext)
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', kid: context.thumbprint, ...header })
    .setKeyManagementParameters({ apu: uuidBytes(slot), apv: fromHex(context.manifestHash) })
    .encrypt(campaign.key.publicKey);
}

describe('the check of an envelope', () => {
  it('accepts a sealed ballot and names it by the hash that its voter knows', async () => {
    const sealed = await sealBallot({ ...campaign, slot, grades: [0, 0, 0] });
    expect(await checkEnvelope(sealed.envelope, context)).toEqual({ kind: 'ok', envelopeHash: sealed.envelopeHash });
    expect(sealed.codes).toHaveLength(3);
  });

  it('makes every envelope of a campaign equally long', async () => {
    const lengths = new Set<number>();
    for (const grades of [
      [0, 0, 0],
      [1, 1, 1],
      [6, 5, 4],
    ]) {
      lengths.add((await sealBallot({ ...campaign, slot, grades })).envelope.length);
    }
    expect(lengths.size).toBe(1);
  });

  it('takes header members in any order', async () => {
    expect(await outcome(withMembers((header) => Object.fromEntries(Object.entries(header).reverse())))).toBe('ok');
  });

  it('refuses an envelope of the wrong size', async () => {
    const other = await aCampaign({ targetIds: targets(29) });
    const long = await sealBallot({ ...other, slot, grades: new Uint8Array(29) });
    expect(await outcome(long.envelope)).toBe('wrongSize');
    expect(await outcome(envelope, { targetCount: 29 })).toBe('wrongSize');
    expect(await outcome(await foreign({}, new Uint8Array(plaintextSize(3) - 1)))).toBe('wrongSize');
    expect(await outcome('A'.repeat(10_000_000))).toBe('wrongSize');
  });

  it('refuses the slot of somebody else: an envelope copied from another voter', async () => {
    expect(await outcome(envelope, { slot: aSlot() })).toBe('otherSlot');
  });

  it('refuses another manifest and another key', async () => {
    expect(await outcome(envelope, { manifestHash: '00'.repeat(32) })).toBe('otherManifest');
    const { key } = await aCampaign();
    expect(await outcome(envelope, { thumbprint: key.thumbprint })).toBe('otherKey');
    const other = await aCampaign({ campaignId: 'campaign-2' });
    expect(await outcome((await sealBallot({ ...other, slot, grades: [1, 1, 1] })).envelope)).toBe('otherManifest');
  });

  it('refuses a compressed envelope', async () => {
    expect(await outcome(await foreign({ zip: 'DEF' }))).toBe('compressed');
    expect(await outcome(withMembers((header) => ({ ...header, zip: 'DEF' })))).toBe('compressed');
  });

  it('refuses a foreign header', async () => {
    const changes: ((header: Record<string, unknown>) => unknown)[] = [
      (header) => ({ ...header, alg: 'ECDH-ES+A256KW' }),
      (header) => ({ ...header, alg: 'dir' }),
      (header) => ({ ...header, enc: 'A128GCM' }),
      (header) => ({ ...header, typ: 'JWE' }),
      (header) => ({ ...header, crit: ['exp'] }),
      (header) => ({ ...header, apu: undefined }),
      (header) => ({ ...header, apu: 5 }),
      (header) => ({ ...header, epk: null }),
      (header) => ({ ...header, epk: { ...(header.epk as object), d: 'AA' } }),
      (header) => ({ ...header, epk: { ...(header.epk as object), crv: 'P-384' } }),
      (header) => ({ ...header, epk: { ...(header.epk as object), x: 'AAAA' } }),
      (header) => ({ ...header, epk: { ...(header.epk as object), y: 7 } }),
    ];
    for (const change of changes) expect(await outcome(withMembers(change))).toBe('foreignHeader');
    expect(await outcome(withPart(1, 'AAAA'))).toBe('foreignHeader');
    expect(await outcome(await foreign({ alg: 'ECDH-ES+A256KW' }))).toBe('foreignHeader');
  });

  it('refuses an envelope that is spelled otherwise', async () => {
    expect(await outcome(` ${envelope}`)).toBe('respelled');
    expect(await outcome(`${envelope}\n`)).toBe('respelled');
    expect(await outcome(`${envelope}==`)).toBe('respelled');
    expect(await outcome(withPart(3, parts()[3]!.replace(/.$/, '$&=')))).toBe('respelled');
    // Twenty-two letters carry four bits more than sixteen bytes: sixteen spellings of one tag.
    const tag = parts()[4]!;
    const spellings = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
      .map((letter) => tag.slice(0, -1) + letter)
      .filter((text) => text !== tag);
    const outcomes = await Promise.all(spellings.map((text) => outcome(withPart(4, text))));
    expect(outcomes.filter((one) => one === 'ok')).toHaveLength(3);
    expect(outcomes.filter((one) => one === 'respelled')).toHaveLength(60);
  });

  it('refuses a header with white space, escapes or a member twice', async () => {
    const text = headerText();
    expect(await outcome(withHeader(text.replace('{', '{ ')))).toBe('respelled');
    expect(await outcome(withHeader(text.replace('"alg"', '"\\u0061lg"')))).toBe('respelled');
    expect(await outcome(withHeader(text.replace('{', '{"alg":"ECDH-ES",')))).toBe('respelled');
    expect(await outcome(withHeader(text.replace('"crv"', '"crv":"P-256","crv"')))).toBe('respelled');
    expect(await outcome(withMembers((header) => ({ ...header, apu: `${String(header.apu)}==` })))).toBe('respelled');
    expect(await outcome(withMembers((header) => ({ ...header, apv: `${String(header.apv).slice(0, -1)}_` })))).toMatch(
      /respelled|otherManifest/,
    );
  });

  it('refuses what is no envelope', async () => {
    for (const text of ['', 'a', '....', 'a.b.c.d', `${envelope}.`, envelope.replace('.', ''), withPart(3, '！')]) {
      expect(await outcome(text)).toBe('malformed');
    }
    expect(await outcome(withPart(0, ''))).toBe('malformed');
    expect(await outcome(withHeader('[]'))).toBe('malformed');
    expect(await outcome(withHeader('null'))).toBe('malformed');
    expect(await outcome(withHeader('{'))).toBe('malformed');
    expect(await outcome(withPart(0, '_w'))).toBe('malformed');
    expect(await outcome(withPart(0, 'A'.repeat(1_400)))).toMatch(/malformed|wrongSize/);
    expect(await outcome(7 as unknown as string)).toBe('malformed');
  });

  it('never gives the same content a second hash, whichever character is changed', async () => {
    const original = await envelopeHashOf(envelope);
    const content = (text: string): string =>
      text
        .split('.')
        .slice(2)
        .map((part) => decodeBase64url(part)!.join())
        .join('|');
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ .';
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: envelope.length - 1 }), fc.constantFrom(...letters), async (at, letter) => {
        const changed = envelope.slice(0, at) + letter + envelope.slice(at + 1);
        const check = await checkEnvelope(changed, context);
        if (check.kind !== 'ok') return;
        expect(check.envelopeHash === original).toBe(content(changed) === content(envelope));
      }),
      { numRuns: 2_000 },
    );
  });

  it('answers any text without failing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.array(fc.base64String(), { maxLength: 7 }).map((all) => all.join('.')),
        ),
        async (text) => {
          expect((await checkEnvelope(text, context)).kind).toBe('refused');
        },
      ),
    );
  });
});

describe('canonical base64url', () => {
  it('decodes what the platform encodes, and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = toBase64url(String.fromCharCode(...bytes));
        expect(decodeBase64url(text)).toEqual(new Uint8Array(bytes));
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ABab01-_=+/ ') }), (text) => {
        const bytes = decodeBase64url(text);
        if (bytes === null) return;
        expect(toBase64url(String.fromCharCode(...bytes))).toBe(text);
        expect(isRespelledBase64url(text)).toBe(false);
      }),
    );
    expect(decodeBase64url('é')).toBeNull();
    expect(utf8('é')).toHaveLength(2);
  });
});
