import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Viewer } from '@zhijia/access';
import { sealBallot } from '@zhijia/ballot';
import { memberChanged, memberRegistered, organisationChanged, rewardPoolEmptied } from '@zhijia/contracts';
import { rows } from '@zhijia/database';
import { aMemberState, anOrganisationState } from '@zhijia/testing';
import { CompactEncrypt } from 'jose';
import {
  bootCounty,
  castMutation,
  hoursFromNow,
  type BallotPaper,
  type County,
  type CountyMember,
  viewerAs,
} from './county.js';

const grades = [1, 2, 3];

describe('ballots that are refused', () => {
  let county: County;
  let campaignId: string;
  let paper: BallotPaper;
  let voter: CountyMember;
  let unverified: CountyMember;

  beforeAll(async () => {
    county = await bootCounty();
    const state = aMemberState(county.unionIds[0]!, { verification: 'NONE' });
    await county.service.deliver(memberRegistered, [state]);
    unverified = memberOf(state.memberId, state.organisationId);
    campaignId = await county.openCampaign();
    voter = county.members[0]!;
    paper = await county.paper(voter, campaignId);
  });
  afterAll(() => county.end());

  function memberOf(id: string, organisationId: string): CountyMember {
    return { id, organisationId, viewer: viewerAs('member', organisationId, id) };
  }

  async function castAs(member: CountyMember, envelope: string, to = campaignId) {
    return county.cast(member, to, envelope);
  }

  /** A sealed envelope with its header read, changed and spelled anew. */
  async function withHeader(change: (header: Record<string, unknown>) => void): Promise<string> {
    const { envelope } = await sealBallot({ ...paper, grades });
    const [header = '', ...rest] = envelope.split('.');
    const members = JSON.parse(Buffer.from(header, 'base64url').toString()) as Record<string, unknown>;
    change(members);
    return [Buffer.from(JSON.stringify(members)).toString('base64url'), ...rest].join('.');
  }

  async function encryptWith(change: { apv?: Uint8Array; size?: number }): Promise<string> {
    return new CompactEncrypt(new Uint8Array(change.size ?? 256))
      .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', kid: paper.manifest.key.thumbprint })
      .setKeyManagementParameters({
        apu: Buffer.from(paper.slot.replaceAll('-', ''), 'hex'),
        apv: change.apv ?? Buffer.from(paper.manifestHash, 'hex'),
      })
      .encrypt(paper.manifest.key.publicKey);
  }

  const envelopes: readonly (readonly [what: string, reason: string, make: () => Promise<string>])[] = [
    ['is no envelope', 'MALFORMED', async () => 'not.an.envelope'],
    ['has another size', 'WRONG_SIZE', () => encryptWith({ size: 512 })],
    ['is respelled', 'RESPELLED', async () => `${(await sealBallot({ ...paper, grades })).envelope}=`],
    ['is compressed', 'COMPRESSED', () => withHeader((header) => Object.assign(header, { zip: 'DEF' }))],
    ['has a foreign header', 'FOREIGN_HEADER', () => withHeader((header) => Object.assign(header, { cty: 'text' }))],
    ['is sealed under another manifest', 'OTHER_MANIFEST', () => encryptWith({ apv: new Uint8Array(32) })],
    [
      'is for another slot',
      'OTHER_SLOT',
      async () => (await sealBallot({ ...paper, slot: randomUUID(), grades })).envelope,
    ],
    ['names another key', 'OTHER_KEY', () => withHeader((header) => Object.assign(header, { kid: 'A'.repeat(43) }))],
    [
      'is sealed for another campaign',
      'OTHER_MANIFEST',
      async () => (await county.seal(voter, await county.openCampaign(), grades)).envelope,
    ],
  ];
  it.each(envelopes)('refuses an envelope that %s', async (_what, reason, make) => {
    expect(await castAs(voter, await make())).toMatchObject({
      __typename: 'EnvelopeRefused',
      code: 'ENVELOPE_REFUSED',
      reason,
    });
  });

  it('refuses an envelope copied from another voter', async () => {
    const [, copier, victim] = county.members;
    const { envelope } = await county.vote(victim!, campaignId, grades);
    expect(await castAs(copier!, envelope)).toMatchObject({ code: 'ENVELOPE_REFUSED', reason: 'OTHER_SLOT' });
  });

  it('keeps nothing of what it refused', async () => {
    const kept = await rows(county.service.db, `SELECT 1 FROM ballot WHERE campaign_id = $1 AND slot = $2`, [
      campaignId,
      paper.slot,
    ]);
    expect(kept).toEqual([]);
  });

  it.each([randomUUID(), 'no id at all'])('refuses a ballot for an unknown campaign (%s)', async (id) => {
    const { envelope } = await sealBallot({ ...paper, grades });
    expect(await castAs(voter, envelope, id)).toMatchObject({ code: 'CAMPAIGN_NOT_FOUND' });
  });

  it('answers alike about a campaign of a foreign organisation and one that does not exist', async () => {
    const elsewhere = anOrganisationState('2', { kind: 'FEDERATION' });
    await county.service.deliver(organisationChanged, [elsewhere]);
    const state = aMemberState(elsewhere.organisationId);
    await county.service.deliver(memberRegistered, [state]);
    const stranger = memberOf(state.memberId, state.organisationId);
    const { envelope } = await sealBallot({ ...paper, grades });
    expect(await castAs(stranger, envelope)).toEqual(await castAs(stranger, envelope, randomUUID()));
    const seen = await county.service.ask(stranger.viewer, `query ($id: ID!) { campaign(id: $id) { id } }`, {
      id: campaignId,
    });
    expect(seen).toEqual({ data: { campaign: null } });
  });

  it('refuses who is not in the electorate, and says why beforehand', async () => {
    const { envelope } = await sealBallot({ ...paper, grades });
    expect(await castAs(unverified, envelope)).toMatchObject({ code: 'NOT_IN_ELECTORATE' });
    expect(await standing(unverified)).toMatchObject({ isPossible: false, obstacle: 'NOT_VERIFIED' });

    const small = await county.openCampaign({ electorate: { rootOrganisationId: county.districtIds[1] } });
    expect(await standing(voter, small)).toMatchObject({ isPossible: false, obstacle: 'NOT_IN_ELECTORATE' });
    expect(await castAs(voter, envelope, small)).toMatchObject({ code: 'NOT_IN_ELECTORATE' });
  });

  it('lets a member vote who moved away after the electorate was frozen', async () => {
    const mover = county.members[9]!;
    await county.service.deliver(memberChanged, [
      aMemberState(county.unionIds[3]!, { memberId: mover.id, version: 2 }),
    ]);
    expect(await standing(mover)).toMatchObject({ isPossible: true, obstacle: null });
    await county.vote(mover, campaignId, grades);
    expect(await standing(mover)).toMatchObject({ isPossible: true, hasTakenPart: true });
  });

  it('refuses an agent who casts for a member', async () => {
    const agent = new Viewer({ ...voter.viewer, actingFor: county.members[5]!.id });
    const { envelope } = await sealBallot({ ...paper, grades });
    const answer = await county.service.ask(agent, castMutation, {
      input: { campaignId, envelope, idempotencyKey: randomUUID() },
    });
    expect(answer.data?.castBallot).toMatchObject({ code: 'AGENT_MAY_NOT_CAST' });
  });

  it('denies the mutation to who is no member', async () => {
    const answer = await county.service.ask(viewerAs('auditor', county.federationId), castMutation, {
      input: { campaignId, envelope: 'x', idempotencyKey: randomUUID() },
    });
    expect(answer.errors?.[0]?.extensions?.['code']).toBe('ACCESS_DENIED');
  });

  it('tells before voting that the pool of points is empty', async () => {
    const id = await county.openCampaign({ reward: { poolPoints: 200 } });
    const ask = () =>
      county.service.ask(voter.viewer, `query ($id: ID!) { campaign(id: $id) { reward { standing } } }`, { id });
    expect(await ask()).toEqual({ data: { campaign: { reward: { standing: 'AVAILABLE' } } } });
    await county.service.deliver(rewardPoolEmptied, [{ campaignId: id, emptiedAt: new Date().toISOString() }]);
    expect(await ask()).toEqual({ data: { campaign: { reward: { standing: 'POOL_EMPTY' } } } });
  });

  describe('outside the window, by the database’s clock', () => {
    afterEach(() => county.travel(0));

    it('refuses a ballot that comes too early', async () => {
      const id = await county.openCampaign({ opensAt: hoursFromNow(2) });
      const { envelope } = await county.seal(voter, id, grades);
      expect(await castAs(voter, envelope, id)).toMatchObject({ code: 'CAMPAIGN_NOT_OPEN' });
      expect(await standing(voter, id)).toMatchObject({ obstacle: 'NOT_YET_OPEN' });
      await county.travel(2 * 3_600 + 60);
      expect(await castAs(voter, envelope, id)).toMatchObject({ __typename: 'BallotCast' });
    });

    it('refuses a ballot that comes too late, before any job has closed the campaign', async () => {
      const id = await county.openCampaign();
      const { envelope } = await county.seal(voter, id, grades);
      await county.travel(25 * 3_600);
      expect(await castAs(voter, envelope, id)).toMatchObject({ code: 'CAMPAIGN_CLOSED' });
      expect(await standing(voter, id)).toMatchObject({ obstacle: 'CLOSED' });
    });

    it('still answers a repeated request after closing: its ballot was accepted in time', async () => {
      const id = await county.openCampaign();
      const { envelope } = await county.seal(voter, id, grades);
      const key = randomUUID();
      await county.cast(voter, id, envelope, key);
      await county.travel(25 * 3_600);
      await county.closeDue();
      expect(await county.cast(voter, id, envelope, key)).toMatchObject({ __typename: 'BallotCast', isReplayed: true });
    });
  });

  it('either counts or refuses each ballot that races the closing', async () => {
    const id = await county.openCampaign();
    const sealed = await Promise.all(county.members.map((member) => county.seal(member, id, grades)));
    const casts = county.members.map(async (member, index) => {
      await sleep(index * 2);
      return county.cast(member, id, sealed[index]!.envelope);
    });
    await sleep(30);
    await county.close(id);
    const outcomes = (await Promise.all(casts)).map((result) => result.__typename as string);
    const accepted = outcomes.filter((outcome) => outcome === 'BallotCast').length;
    expect(accepted + outcomes.filter((outcome) => outcome === 'CampaignClosed').length).toBe(county.members.length);
    const took = await rows(county.service.db, `SELECT 1 FROM participation WHERE campaign_id = $1`, [id]);
    expect(took).toHaveLength(accepted);
    const answer = await county.service.ask(
      county.officer,
      `query ($id: ID!) { campaign(id: $id) { state results { cast counted } } }`,
      { id },
    );
    if (accepted >= 24) expect(answer.data.campaign.results).toEqual({ cast: accepted, counted: accepted });
  });

  async function standing(member: CountyMember, id = campaignId): Promise<Record<string, unknown>> {
    const answer = await county.service.ask(
      member.viewer,
      `query ($id: ID!) { campaign(id: $id) { canTakePart { isPossible obstacle messageZh hasTakenPart } } }`,
      { id },
    );
    return answer.data?.campaign?.canTakePart ?? {};
  }
});
