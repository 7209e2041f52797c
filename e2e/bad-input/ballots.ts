import { randomUUID } from 'node:crypto';
import { encodeBallot } from '@zhijia/ballot';
import { CompactEncrypt } from 'jose';
import { annul, cast, castBallot, readBallotPaper, seal, type BallotPaper } from '../support/campaign.js';
import { grades, memberCount, type World } from './world.js';

export function badBallots(world: World): void {
  describe('ballots', () => {
    let paper: BallotPaper;

    function sealRaw(plaintext: Uint8Array, changes: { apu?: string; apv?: Uint8Array } = {}): Promise<string> {
      return new CompactEncrypt(plaintext)
        .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', kid: paper.manifest.key.thumbprint })
        .setKeyManagementParameters({
          apu: Buffer.from((changes.apu ?? paper.slot).replaceAll('-', ''), 'hex'),
          apv: changes.apv ?? Buffer.from(paper.manifestHash, 'hex'),
        })
        .encrypt(paper.manifest.key.publicKey);
    }
    async function withHeader(change: object): Promise<string> {
      const { envelope } = await seal(world.product, world.county.member(0), world.campaignId, grades);
      const [header = '', ...rest] = envelope.split('.');
      const members = { ...(JSON.parse(Buffer.from(header, 'base64url').toString()) as object), ...change };
      return [Buffer.from(JSON.stringify(members)).toString('base64url'), ...rest].join('.');
    }
    const plaintext = (version: number) => {
      const bytes = encodeBallot(grades, crypto.getRandomValues(new Uint8Array(24)));
      bytes[0] = version;
      return bytes;
    };

    world.step('are refused before the opening, and after an annulment, and answered to the person', async () => {
      const { envelope } = await seal(world.product, world.county.member(0), world.futureId, grades);
      expect(await world.castAs(0, envelope, randomUUID(), world.futureId)).toMatchObject({
        __typename: 'CampaignNotOpen',
        code: 'CAMPAIGN_NOT_OPEN',
      });
      const early = await seal(world.product, world.county.member(1), world.mistakenId, grades);
      expect(await world.castAs(1, early.envelope, randomUUID(), world.mistakenId)).toMatchObject({
        __typename: 'BallotCast',
      });
      expect(await annul(world.product, world.county.cityOfficer, world.mistakenId)).toBe('CampaignWithdrawn');
      const late = await world.castAs(1, early.envelope, randomUUID(), world.mistakenId);
      expect(late).toMatchObject({ __typename: 'CampaignAnnulled', code: 'CAMPAIGN_ANNULLED' });
      expect(late.messageZh).not.toBe('');
    });

    const envelopes: readonly (readonly [what: string, reason: string, make: () => Promise<string>])[] = [
      ['is none', 'MALFORMED', async () => 'not.an.envelope'],
      ['has another size', 'WRONG_SIZE', () => sealRaw(new Uint8Array(512))],
      ['is far too long', 'WRONG_SIZE', async () => 'x'.repeat(20_000)],
      ['is for another slot', 'OTHER_SLOT', () => sealRaw(plaintext(1), { apu: randomUUID() })],
      ['is under another manifest', 'OTHER_MANIFEST', () => sealRaw(plaintext(1), { apv: new Uint8Array(32) })],
      [
        'is for another campaign',
        'OTHER_MANIFEST',
        async () => (await seal(world.product, world.county.member(0), world.futureId, grades)).envelope,
      ],
      ['names another key', 'OTHER_KEY', () => withHeader({ kid: 'A'.repeat(43) })],
      [
        'is respelled',
        'RESPELLED',
        async () => `${(await seal(world.product, world.county.member(0), world.campaignId, grades)).envelope}=`,
      ],
      ['is compressed', 'COMPRESSED', () => withHeader({ zip: 'DEF' })],
      ['has a foreign header', 'FOREIGN_HEADER', () => withHeader({ cty: 'text/plain' })],
      ['asks for another algorithm', 'FOREIGN_HEADER', () => withHeader({ alg: 'ECDH-ES+A256KW' })],
    ];
    world.step('are refused at once when the envelope is not one of this voter and campaign', async () => {
      paper = await readBallotPaper(world.product, world.county.member(0), world.campaignId);
      const given = [];
      for (const [what, , make] of envelopes) {
        const answer = await world.castAs(0, await make());
        given.push([what, answer.__typename, answer.code, answer.reason]);
      }
      expect(given).toEqual(envelopes.map(([what, reason]) => [what, 'EnvelopeRefused', 'ENVELOPE_REFUSED', reason]));
    });

    world.step('are refused when copied from another voter, when repeated, and from who may not vote', async () => {
      const { envelope } = await world.castGood(1);
      expect(await world.castAs(2, envelope)).toMatchObject({ __typename: 'EnvelopeRefused', reason: 'OTHER_SLOT' });
      expect(await world.castAs(1, envelope)).toMatchObject({
        __typename: 'EnvelopeRepeated',
        code: 'ENVELOPE_REPEATED',
      });
      const stranger = await cast(world.product, world.county.unverified, {
        campaignId: world.campaignId,
        envelope,
        idempotencyKey: randomUUID(),
      });
      expect(stranger).toMatchObject({ __typename: 'NotInElectorate', code: 'NOT_IN_ELECTORATE' });
      const officer = await world.product.ask(world.county.cityOfficer, castBallot, {
        input: { campaignId: world.campaignId, envelope, idempotencyKey: randomUUID() },
      });
      expect(officer.errors?.[0]).toMatchObject({ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
    });

    world.step('leave nothing behind where they were refused', async () => {
      const stored = await world.product.rows('evaluations', 'SELECT 1 FROM participation WHERE campaign_id = $1', [
        world.campaignId,
      ]);
      expect(stored).toHaveLength(1);
    });

    world.step('are taken when they are wrong inside, for nobody can see it before the tally', async () => {
      const wrongVersion = await sealRaw(plaintext(9));
      expect(await world.castAs(0, wrongVersion)).toMatchObject({ __typename: 'BallotCast' });
      paper = await readBallotPaper(world.product, world.county.member(2), world.campaignId);
      const unknownGrade = encodeBallot(grades, crypto.getRandomValues(new Uint8Array(24)));
      unknownGrade[1] = 99;
      expect(await world.castAs(2, await sealRaw(unknownGrade))).toMatchObject({ __typename: 'BallotCast' });
    });

    world.step('count once under one key, whatever is repeated, and never another under it', async () => {
      const first = await world.castGood(3, grades, 'one-key');
      expect(await world.castAs(3, first.envelope, 'one-key')).toMatchObject({
        __typename: 'BallotCast',
        isReplayed: true,
        envelopeHash: first.envelopeHash,
      });
      const second = await seal(world.product, world.county.member(3), world.campaignId, grades);
      expect(await world.castAs(3, second.envelope, 'one-key')).toMatchObject({
        __typename: 'IdempotencyKeyReused',
        code: 'IDEMPOTENCY_KEY_REUSED',
      });
      // A replacement is meant, under a key of its own.
      const replacement = await world.castGood(3);
      expect(replacement.envelopeHash).not.toBe(first.envelopeHash);
      for (let order = 4; order < memberCount - 1; order += 1)
        await world.castGood(order, order % 3 === 0 ? [1, 1, 2] : grades);
    });
  });
}
