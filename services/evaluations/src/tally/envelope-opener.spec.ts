import { createECDH, randomUUID } from 'node:crypto';
import {
  encodeBallot,
  fromHex,
  hashSlots,
  importBallotKey,
  makeBallotKey,
  makeManifest,
  manifestHash,
  openEnvelope,
  sealBallot,
  type BallotKey,
  type CastEnvelope,
  type OpeningContext,
} from '@zhijia/ballot';
import { CompactEncrypt } from 'jose';
import { EnvelopeOpener } from './envelope-opener.js';

describe('EnvelopeOpener', () => {
  const slot = randomUUID();
  let key: BallotKey;
  let context: OpeningContext;
  let envelope: string;

  beforeAll(async () => {
    key = await makeBallotKey();
    const manifest = makeManifest({
      campaignId: 'campaign-1',
      targetIds: ['target-1', 'target-2', 'target-3'],
      questionSetHash: 'a'.repeat(64),
      scale: { grades: 5, passGrades: [1, 2, 3], badGrades: [4, 5] },
      window: { opensAt: '2026-11-01T00:00:00.000Z', closesAt: '2026-12-01T00:00:00.000Z' },
      organisations: [
        { organisationId: 'organisation-1', path: '1', slotCount: 10, slotsHash: await hashSlots([slot]) },
      ],
      key: { thumbprint: key.thumbprint, publicKey: key.publicKey },
      minimumCell: 5,
      strata: [],
      codes: true,
      passLineBasisPoints: 8_500,
      minTurnoutBasisPoints: 6_000,
    });
    context = { manifest, manifestHash: await manifestHash(manifest) };
    ({ envelope } = await sealBallot({ ...context, slot, grades: [1, 6, 0] }));
  });

  const seal = (plaintext: Uint8Array, ofSlot = slot): Promise<string> =>
    new CompactEncrypt(plaintext)
      .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', kid: key.thumbprint })
      .setKeyManagementParameters({
        apu: Buffer.from(ofSlot.replaceAll('-', ''), 'hex'),
        apv: fromHex(context.manifestHash),
      })
      .encrypt(key.publicKey);

  /** The header of the good envelope with some of its members exchanged. */
  function withHeader(change: (header: Record<string, unknown>) => object): string {
    const [header = '', ...rest] = envelope.split('.');
    const members = JSON.parse(Buffer.from(header, 'base64url').toString()) as Record<string, unknown>;
    return [Buffer.from(JSON.stringify(change(members))).toString('base64url'), ...rest].join('.');
  }

  function point(change: (point: Buffer) => void): object {
    const pair = createECDH('prime256v1');
    const bytes = pair.generateKeys();
    change(bytes);
    const [x, y] = [bytes.subarray(1, 33), bytes.subarray(33)].map((part) => part.toString('base64url'));
    return { kty: 'EC', crv: 'P-256', x, y };
  }

  /** A letter of one part exchanged for its neighbour, so that it stays canonical base64url. */
  function flipped(part: number): string {
    const parts = envelope.split('.');
    const text = parts[part] ?? '';
    parts[part] = `${text.startsWith('A') ? 'B' : 'A'}${text.slice(1)}`;
    return parts.join('.');
  }

  const cases: readonly (readonly [string, () => CastEnvelope | Promise<CastEnvelope>, string | null])[] = [
    ['what a voter sealed', () => ({ slot, envelope }), null],
    ['a changed iv', () => ({ slot, envelope: flipped(2) }), 'notOpened'],
    ['a changed ciphertext', () => ({ slot, envelope: flipped(3) }), 'notOpened'],
    ['a changed tag', () => ({ slot, envelope: flipped(4) }), 'notOpened'],
    [
      'a header in another order',
      () => ({ slot, envelope: withHeader(({ alg, ...rest }) => ({ ...rest, alg })) }),
      'notOpened',
    ],
    [
      'another ephemeral key',
      () => ({ slot, envelope: withHeader((all) => ({ ...all, epk: point(() => {}) })) }),
      'notOpened',
    ],
    [
      'a point beside the curve',
      () => ({
        slot,
        envelope: withHeader((all) => ({
          ...all,
          epk: point((bytes) => bytes.writeUInt8(bytes.readUInt8(64) ^ 1, 64)),
        })),
      }),
      'notOpened',
    ],
    [
      'a point of zeros',
      () => ({ slot, envelope: withHeader((all) => ({ ...all, epk: point((bytes) => bytes.fill(0, 1)) })) }),
      'notOpened',
    ],
    ['the envelope of another slot', () => ({ slot: randomUUID(), envelope }), 'otherSlot'],
    [
      'an unknown answer',
      async () => ({ slot, envelope: await seal(encodeBallot([1, 2, 3], codes).fill(9, 1, 2)) }),
      'unknownAnswer',
    ],
    [
      'a ballot without codes',
      async () => ({ slot, envelope: await seal(encodeBallot([1, 2, 3], null)) }),
      'missingCode',
    ],
    ['a shorter plaintext', async () => ({ slot, envelope: await seal(new Uint8Array(255)) }), 'wrongSize'],
    ['nonsense', () => ({ slot, envelope: 'nonsense' }), 'malformed'],
  ];
  const codes = new Uint8Array(24).fill(1);

  it.each(cases)('opens and refuses as the library does: %s', async (_what, make, reason) => {
    const cast = await make();
    const opened = new EnvelopeOpener(key.privateKey, context).open(cast);
    const known = await openEnvelope(cast, await importBallotKey(key.privateKey, key.thumbprint), context);
    expect(plain(opened)).toEqual(plain(known));
    expect(opened.kind === 'spoiled' ? opened.reason : null).toBe(reason);
  });

  it('opens one after the other, each with what is its own', async () => {
    const opener = new EnvelopeOpener(key.privateKey, context);
    for (let index = 0; index < 20; index += 1) {
      const own = randomUUID();
      const sealed = await seal(encodeBallot([index % 7, 1, 2], codes), own);
      expect(plain(opener.open({ slot: own, envelope: sealed }))).toMatchObject({
        kind: 'ballot',
        grades: [index % 7, 1, 2],
      });
    }
  });

  it('takes a private key on P-256 only', () => {
    expect(() => new EnvelopeOpener(key.publicKey, context)).toThrow(TypeError);
  });
});

/** Bytes as numbers: a Buffer and a Uint8Array of the same bytes are the same. */
function plain(opened: object): object {
  return Object.fromEntries(
    Object.entries(opened).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? [...value] : (value as unknown),
    ]),
  );
}
