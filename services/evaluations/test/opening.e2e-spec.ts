import { randomUUID } from 'node:crypto';
import { hashSlots, verifyManifest } from '@zhijia/ballot';
import { memberChanged, memberRegistered, organisationChanged } from '@zhijia/contracts';
import { row, rows } from '@zhijia/database';
import { evaluationScale, PolicyStore } from '@zhijia/policy';
import { aMemberState, anOrganisationState, until } from '@zhijia/testing';
import { FreezeElectorate } from '../src/electorates/freeze-electorate.js';
import { bootCounty, hoursFromNow, viewerAs, type County } from './county.js';

const openMutation = `mutation ($input: OpenCampaignInput!) {
  openCampaign(input: $input) {
    __typename
    ... on CampaignOpened { isReplayed campaign { id state electorate { size } rules { passLine minimumCell strata policyVersions { key version } } } }
    ... on UnknownTargets { organisationIds }
    ... on ElectorateTooSmall { size minimum }
    ... on RewardInvalid { maxPoolPoints }
    ... on Refusal { code }
  }
}`;

describe('opening a campaign', () => {
  let county: County;
  beforeAll(async () => {
    county = await bootCounty({ departments: 4 });
  });
  afterAll(() => county.end());

  async function open(input: Record<string, unknown> = {}, viewer = county.officer) {
    const answer = await county.service.ask(viewer, openMutation, { input: county.openingInput(input) });
    if (answer.errors !== undefined) throw new Error(JSON.stringify(answer.errors));
    return answer.data.openCampaign;
  }

  it('freezes the electorate with one random slot for each eligible member', async () => {
    const joinedLater = aMemberState(county.unionIds[0]!, { joinedOn: '2999-01-01' });
    const left = aMemberState(county.unionIds[0]!, { status: 'LEFT' });
    const unverified = aMemberState(county.unionIds[0]!, { verification: 'NONE' });
    await county.service.deliver(memberRegistered, [joinedLater, left, unverified]);
    const result = await open({ electorate: { rootOrganisationId: county.districtIds[0] } });
    expect(result).toMatchObject({
      __typename: 'CampaignOpened',
      campaign: { state: 'PREPARING', electorate: { size: 20 } },
    });
    const id = result.campaign.id as string;
    await county.prepare();
    const slots = await rows<{ slot: string; organisation_id: string }>(
      county.service.db,
      `SELECT slot, organisation_id FROM electorate_slot WHERE campaign_id = $1`,
      [id],
    );
    expect(slots.every(({ slot }) => slot[14] === '4')).toBe(true);

    const { data } = await county.service.ask(
      county.officer,
      `query ($id: ID!) { campaign(id: $id) { state manifest { jws hash fingerprint } } }`,
      { id },
    );
    expect(data.campaign.state).toBe('OPEN');
    const manifest = await verifyManifest(data.campaign.manifest.jws, await county.serviceKeys());
    expect(manifest.organisations.map(({ path, slotCount }) => [path, slotCount])).toEqual([
      ['1.1', 0],
      ['1.1.1', 10],
      ['1.1.2', 10],
    ]);
    for (const { organisationId, slotsHash } of manifest.organisations) {
      const own = slots.filter((slot) => slot.organisation_id === organisationId).map(({ slot }) => slot);
      expect(slotsHash).toBe(await hashSlots(own));
    }
    const verified = await open({
      electorate: { rootOrganisationId: county.districtIds[0], requiresVerification: false },
    });
    expect(verified.campaign.electorate.size).toBe(21);
  });

  it('serves the signed manifest under its hash, the same to everybody and for ever', async () => {
    const id = await county.openCampaign();
    const { data } = await county.service.ask(
      county.members[0]!.viewer,
      `query ($id: ID!) { campaign(id: $id) { ballotPaper { manifest manifestHash manifestUrl } } }`,
      { id },
    );
    const { manifest, manifestHash, manifestUrl } = data.campaign.ballotPaper;
    expect(manifestUrl).toBe(`/manifests/${manifestHash}.jws`);
    const ask = (path: string, headers: Record<string, string> = {}) =>
      county.service.inject({
        method: 'GET',
        url: path,
        headers: {
          'x-zhijia-viewer': county.service.statement(county.officer, { method: 'GET', path, body: '' }),
          ...headers,
        },
      });
    const answer = await ask(manifestUrl);
    expect(answer.body).toBe(manifest);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/jose',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    expect((await ask(manifestUrl, { 'if-none-match': answer.headers.etag as string })).statusCode).toBe(304);
    for (const name of [`${'0'.repeat(64)}.jws`, `${manifestHash}.json`, `${id}.jws`]) {
      expect((await ask(`/manifests/${name}`)).statusCode).toBe(404);
    }
  });

  it('counts a member in the first stratum of the list that fits', async () => {
    const organisation = anOrganisationState('1.30', { parentId: county.federationId });
    await county.service.deliver(organisationChanged, [organisation]);
    const many = Array.from({ length: 6 }, () =>
      aMemberState(organisation.organisationId, { strata: ['MIGRANT_WORKER', 'FRONT_LINE'] }),
    );
    await county.service.deliver(memberRegistered, many);
    const strataOf = async (strata: string[] | undefined) => {
      const result = await open({
        electorate: { rootOrganisationId: organisation.organisationId },
        ...(strata === undefined ? {} : { rules: { strata } }),
      });
      await county.service.app.get(FreezeElectorate, { strict: false }).run(result.campaign.id);
      const found = await rows<{ stratum: string }>(
        county.service.db,
        `SELECT DISTINCT stratum FROM electorate_slot WHERE campaign_id = $1`,
        [result.campaign.id],
      );
      return found.map(({ stratum }) => stratum);
    };
    expect(await strataOf(undefined)).toEqual(['FRONT_LINE']);
    expect(await strataOf(['MIGRANT_WORKER', 'FRONT_LINE'])).toEqual(['MIGRANT_WORKER']);
    expect(await strataOf(['MODEL_WORKER'])).toEqual(['OTHER']);
    expect(await strataOf([])).toEqual(['OTHER']);
  });

  it('opens one campaign for the same key, however often and at once it is sent', async () => {
    const input = county.openingInput();
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => county.service.ask(county.officer, openMutation, { input })),
    );
    const results = answers.map((answer) => answer.data?.openCampaign);
    expect(new Set(results.map((result) => result.campaign.id)).size).toBe(1);
    expect(results.filter((result) => !result.isReplayed)).toHaveLength(1);
    const other = await county.service.ask(county.officer, openMutation, { input: { ...input, titleEn: 'Other' } });
    expect(other.data?.openCampaign).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('stores the versions of the policies it decided by', async () => {
    const policies = new PolicyStore();
    await county.service.db.transaction((tx) =>
      policies.announce(tx, evaluationScale, {
        region: 'CN',
        value: { gradeCount: 4, badFromGrade: 3, offersDontKnow: true },
        effectiveFrom: '2020-01-01',
        source: 'Test',
      }),
    );
    const result = await open({
      questionSet: { id: 'chairs', version: 1, questionZh: '称职吗？', questionEn: 'Competent?' },
    });
    expect(result.campaign.rules.policyVersions).toContainEqual({ key: 'scale', version: 1 });
    await county.service.db.query(`DELETE FROM policy`);
  });

  it('prepares a campaign once, also when two workers try', async () => {
    const { campaign } = await open();
    await Promise.all([county.prepare(), county.prepare()]);
    const keys = await rows(county.service.db, `SELECT 1 FROM campaign_key WHERE campaign_id = $1`, [campaign.id]);
    expect(keys).toHaveLength(1);
    const told = await rows(
      county.service.db,
      `SELECT 1 FROM outbox WHERE aggregate_id = $1 AND type LIKE '%campaign-opened%'`,
      [campaign.id],
    );
    expect(told).toHaveLength(1);
  });

  describe('freezes its electorate after the answer', () => {
    /** Partitions that belong to no campaign. */
    const orphans = () =>
      rows(
        county.service.db,
        `SELECT relname FROM pg_class WHERE relname ~ '^(ballot|electorate_slot)_[0-9a-f]{32}$' AND relkind = 'r'
           AND oid NOT IN (SELECT inhrelid FROM pg_inherits)`,
      );
    const stateOf = async (id: string) =>
      (await row<{ state: string }>(county.service.db, `SELECT state FROM campaign WHERE id = $1`, [id]))?.state;

    it('leaves nothing of a freezing that fails halfway, and does it again', async () => {
      const { db } = county.service;
      const { campaign } = await open();
      await db.query(`ALTER TABLE electorate_organisation RENAME COLUMN slots_hash TO slots_hash_away`);
      await county.prepare();
      await db.query(`ALTER TABLE electorate_organisation RENAME COLUMN slots_hash_away TO slots_hash`);
      expect(await orphans()).toEqual([]);
      expect(await stateOf(campaign.id)).toBe('PREPARING');
      await county.prepare();
      expect(await stateOf(campaign.id)).toBe('OPEN');
    });

    it('waits for an organisation of its electorate that has not arrived yet', async () => {
      const district = anOrganisationState('1.40', { parentId: county.federationId, kind: 'UNION_FEDERATION' });
      const union = anOrganisationState('1.40.1', { parentId: district.organisationId });
      await county.service.deliver(organisationChanged, [union]);
      await county.service.deliver(memberRegistered, [aMemberState(union.organisationId)]);
      const { campaign } = await open();
      await county.prepare();
      expect(await stateOf(campaign.id)).toBe('PREPARING');
      await county.service.deliver(organisationChanged, [district]);
      await county.prepare();
      expect(await stateOf(campaign.id)).toBe('OPEN');
    });

    it('tells the size as it was frozen, not as it was counted before', async () => {
      const { campaign } = await open({ electorate: { rootOrganisationId: county.districtIds[1] } });
      await county.service.deliver(memberRegistered, [aMemberState(county.unionIds[2]!)]);
      await county.prepare();
      const { data } = await county.service.ask(
        county.officer,
        `query ($id: ID!) { campaign(id: $id) { electorate { size } } }`,
        { id: campaign.id },
      );
      expect([campaign.electorate.size, data.campaign.electorate.size]).toEqual([20, 21]);
    });

    it('leaves no slots of a campaign that is annulled meanwhile', async () => {
      const { db } = county.service;
      const { campaign } = await open();
      const guard = db.createQueryRunner();
      await guard.connect();
      await guard.startTransaction();
      await guard.query(
        `UPDATE campaign SET state = 'ANNULLED', annulled_at = now(), annulment_reason = 'x' WHERE id = $1`,
        [campaign.id],
      );
      const preparing = county.prepare();
      await until(
        async () =>
          (
            await rows(
              db,
              `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
                 AND query LIKE 'UPDATE campaign SET electorate_size%'`,
            )
          ).length > 0,
        { what: 'the freezing waiting for the annulment' },
      );
      await guard.commitTransaction();
      await guard.release();
      await preparing;
      expect(await orphans()).toEqual([]);
      expect(await rows(db, `SELECT 1 FROM electorate_slot WHERE campaign_id = $1`, [campaign.id])).toEqual([]);
    });
  });

  describe('is refused', () => {
    const refusals: readonly (readonly [string, string, (c: County) => Record<string, unknown>])[] = [
      ['for an unknown organiser', 'NOT_ORGANISER', () => ({ organiserId: randomUUID() })],
      ['for an organiser that is no id', 'NOT_ORGANISER', () => ({ organiserId: 'nobody' })],
      [
        'when it closes before it opens',
        'WINDOW_INVALID',
        () => ({ opensAt: hoursFromNow(3), closesAt: hoursFromNow(2) }),
      ],
      ['when it is over', 'WINDOW_INVALID', () => ({ opensAt: hoursFromNow(-3), closesAt: hoursFromNow(-2) })],
      ['when it lasts longer than a year', 'WINDOW_INVALID', () => ({ closesAt: hoursFromNow(24 * 400) })],
      ['without targets', 'TARGETS_INVALID', () => ({ targetOrganisationIds: [] })],
      [
        'with a target twice',
        'TARGETS_INVALID',
        (c) => ({ targetOrganisationIds: [c.departmentIds[0], c.departmentIds[0]] }),
      ],
      [
        'with unknown targets',
        'UNKNOWN_TARGETS',
        (c) => ({ targetOrganisationIds: [c.departmentIds[0], randomUUID()] }),
      ],
      ['without a title', 'TERMS_INVALID', () => ({ titleZh: '  ' })],
      ['with a smaller cell than the policy allows', 'TERMS_INVALID', () => ({ rules: { minimumCell: 3 } })],
      ['with less turnout than the policy allows', 'TERMS_INVALID', () => ({ rules: { minTurnout: 100 } })],
      ['with a pool that pays nobody', 'REWARD_INVALID', () => ({ reward: { poolPoints: 100 } })],
      ['with a pool beyond the policy', 'REWARD_INVALID', () => ({ reward: { poolPoints: 90_000_001 } })],
      [
        'with a foreign electorate',
        'ELECTORATE_OUT_OF_REACH',
        () => ({ electorate: { rootOrganisationId: randomUUID() } }),
      ],
      [
        'with too few voters',
        'ELECTORATE_TOO_SMALL',
        (c) => ({ electorate: { rootOrganisationId: c.departmentIds[0] } }),
      ],
      [
        'with another wording of a question set that was used',
        'QUESTION_SET_CHANGED',
        () => ({ questionSet: { id: 'departments', version: 1, questionZh: '另一个问题', questionEn: 'Another' } }),
      ],
    ];
    it.each(refusals)('%s', async (_what, code, input) => {
      expect(await open(input(county))).toMatchObject({ code });
    });

    it('for officers of another or a lower organisation, and denied to members', async () => {
      expect(await open({}, viewerAs('chair', county.districtIds[0]!))).toMatchObject({ code: 'NOT_ORGANISER' });
      await expect(open({}, viewerAs('member', county.unionIds[0]!, county.members[0]!.id))).rejects.toThrow(
        'ACCESS_DENIED',
      );
      expect(
        await open(
          { organiserId: county.districtIds[0], electorate: { rootOrganisationId: county.districtIds[0] } },
          viewerAs('chair', county.districtIds[0]!),
        ),
      ).toMatchObject({ __typename: 'CampaignOpened' });
    });
  });

  describe('lists', () => {
    it('what awaits a member, until they took part', async () => {
      const id = await county.openCampaign({ electorate: { rootOrganisationId: county.unionIds[2] } });
      const voter = county.members[20]!;
      const awaiting = async () => {
        const answer = await county.service.ask(
          voter.viewer,
          `query ($representations: [_Any!]!) { _entities(representations: $representations) {
             ... on Member { id awaitingCampaigns { id titleZh targets { position } } } } }`,
          { representations: [{ __typename: 'Member', id: voter.id }] },
        );
        return (answer.data._entities[0].awaitingCampaigns as { id: string }[]).map((campaign) => campaign.id);
      };
      expect(await awaiting()).toContain(id);
      await county.vote(voter, id, [1, 1, 1, 1]);
      expect(await awaiting()).not.toContain(id);
    });

    it('what awaits a member with the same standing as each campaign by itself tells', async () => {
      const begun = await county.openCampaign({ electorate: { rootOrganisationId: county.unionIds[2] } });
      const scheduled = await county.openCampaign({
        electorate: { rootOrganisationId: county.unionIds[2] },
        opensAt: new Date(Date.now() + 10 * 86_400_000).toISOString(),
        closesAt: new Date(Date.now() + 20 * 86_400_000).toISOString(),
      });
      const { viewer, id } = county.members[20]!;
      const standing = `id canTakePart { isPossible obstacle messageZh messageEn hasTakenPart }
        ballotPaper { slot manifestHash fingerprint } participation { id }`;
      const list = await county.service.ask(
        viewer,
        `query ($references: [_Any!]!) { _entities(representations: $references) {
           ... on Member { awaitingCampaigns { ${standing} } } } }`,
        { references: [{ __typename: 'Member', id }] },
      );
      const listed = list.data._entities[0].awaitingCampaigns as { id: string }[];
      expect(listed.map((campaign) => campaign.id)).toEqual(expect.arrayContaining([begun, scheduled]));
      for (const one of listed) {
        const alone = await county.service.ask(viewer, `query ($id: ID!) { campaign(id: $id) { ${standing} } }`, one);
        expect(one).toEqual(alone.data.campaign);
      }
    });

    it('tells nobody what awaits somebody else', async () => {
      const answer = await county.service.ask(
        county.members[0]!.viewer,
        `query ($representations: [_Any!]!) { _entities(representations: $representations) {
           ... on Member { awaitingCampaigns { id } } } }`,
        { representations: [{ __typename: 'Member', id: county.members[1]!.id }] },
      );
      expect(answer.data._entities).toEqual([{ awaitingCampaigns: null }]);
    });

    it('campaigns page by page, the newest first', async () => {
      const query = `query ($after: String) { campaigns(first: 2, after: $after) { edges { cursor node { id state } } pageInfo { hasNextPage endCursor } } }`;
      const first = await county.service.ask(county.officer, query);
      const second = await county.service.ask(county.officer, query, {
        after: first.data.campaigns.pageInfo.endCursor,
      });
      const ids = [...first.data.campaigns.edges, ...second.data.campaigns.edges].map(
        (edge: { node: { id: string } }) => edge.node.id,
      );
      expect(ids).toEqual([...ids].sort().reverse());
      expect(new Set(ids).size).toBe(4);
      const open = await county.service.ask(county.officer, `{ campaigns(states: [PUBLISHED]) { edges { cursor } } }`);
      expect(open.data.campaigns.edges).toEqual([]);
    });

    it('the participation to its owner alone', async () => {
      const id = await county.openCampaign({ electorate: { rootOrganisationId: county.unionIds[2] } });
      const [voter, other] = [county.members[21]!, county.members[22]!];
      await county.vote(voter, id, [1, 1, 1, 1]);
      const participation = await row<{ id: string }>(
        county.service.db,
        `SELECT id FROM participation WHERE campaign_id = $1`,
        [id],
      );
      const ask = (viewer = voter.viewer) =>
        county.service.ask(
          viewer,
          `query ($representations: [_Any!]!) { _entities(representations: $representations) {
             ... on Participation { id campaign { id } } } }`,
          { representations: [{ __typename: 'Participation', id: participation!.id }] },
        );
      expect((await ask()).data).toEqual({ _entities: [{ id: participation!.id, campaign: { id } }] });
      expect((await ask(other.viewer)).data).toEqual({ _entities: [null] });
      expect((await ask(county.officer)).data).toEqual({ _entities: [null] });
    });
  });

  describe('what is known of others', () => {
    it('never goes back to an older state, in whatever order events come', async () => {
      const state = aMemberState(county.unionIds[0]!);
      const newer = { ...state, version: 3, organisationId: county.unionIds[1]! };
      await county.service.deliver(memberChanged, [{ ...state, version: 2 }, newer, { ...state, version: 2 }]);
      await county.service.deliver(memberRegistered, [state]);
      expect(
        await row(county.service.db, `SELECT version, organisation_id FROM known_member WHERE id = $1`, [
          state.memberId,
        ]),
      ).toEqual({ version: 3, organisation_id: county.unionIds[1] });
    });
  });
});
