import { randomUUID } from 'node:crypto';
import { aViewer } from '@zhijia/testing';
import { aBallot, anOfficer, BenefitsBench } from './benefits-bench.js';

const rewardOf = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
  ... on Participation { reward { status points } } } }`;

const poolOf = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
  ... on Campaign { rewardPool { promisedPointsPerMember poolPoints remainingPoints isEmpty isClosed } } } }`;

const pointsOf = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
  ... on Member { pointsAccount { id balancePoints heldPoints
    statement(first: 10) { edges { node { kind points balanceBeforePoints balanceAfterPoints reasonZh reasonEn campaign { id } } } }
    redemptions { edges { node { code points offer { id titleZh } } } } } } } }`;

const createOffer = `mutation ($input: CreateOfferInput!) { createOffer(input: $input) {
  __typename
  ... on OfferCreated { isReplayed offer { id remainingStock status organisation { id } } }
  ... on Refusal { code messageZh }
  ... on OfferInvalid { field } } }`;

const redeemOffer = `mutation ($input: RedeemOfferInput!) { redeemOffer(input: $input) {
  __typename
  ... on OfferRedeemed { isReplayed redemption { id code points redeemedAt offer { id remainingStock } } account { balancePoints } }
  ... on Refusal { code messageZh }
  ... on InsufficientPoints { shortfallPoints }
  ... on OfferNotAvailable { reason } } }`;

const offers = `query ($after: String) { offers(first: 2, after: $after) {
  edges { node { id } } pageInfo { hasNextPage endCursor } } }`;

describe('benefits over its graph', () => {
  let bench: BenefitsBench;
  let union: { organisationId: string; path: string };

  beforeAll(async () => {
    bench = await BenefitsBench.open();
    union = await bench.anOrganisation();
  });
  afterAll(() => bench.close());

  async function entity(viewer: Parameters<typeof bench.service.ask>[0], query: string, typeName: string, id: string) {
    const answer = await bench.service.ask(viewer, query, { representations: [{ __typename: typeName, id }] });
    expect(answer.errors).toBeUndefined();
    return answer.data._entities[0];
  }

  async function offer(pricePoints: number, changes: object = {}): Promise<string> {
    const answer = await bench.service.ask(anOfficer(union.organisationId), createOffer, {
      input: {
        idempotencyKey: randomUUID(),
        organisationId: union.organisationId,
        merchantNameZh: '某书店',
        titleZh: '图书券',
        pricePoints,
        stock: 3,
        endsAt: new Date(Date.now() + 86_400_000).toISOString(),
        ...changes,
      },
    });
    expect(answer.data.createOffer.code ?? 'created').toBe('created');
    return answer.data.createOffer.offer.id;
  }

  it('tells the reward of a participation to its member alone, pending until it is settled', async () => {
    const campaignId = await bench.aCampaign({ pointsPerMember: 200, poolPoints: 200 });
    const [first = '', second = ''] = await bench.members(2, union.organisationId);
    const ballots = [aBallot(campaignId, first, 200), aBallot(campaignId, second, 200)];
    const [{ participationId = '' } = {}, { participationId: emptyHanded = '' } = {}] = ballots;
    const own = aViewer({ memberId: first });
    expect(await entity(own, rewardOf, 'Participation', participationId)).toEqual({
      reward: { status: 'PENDING', points: 0 },
    });
    await bench.cast(ballots);
    expect(await entity(own, rewardOf, 'Participation', participationId)).toEqual({
      reward: { status: 'GRANTED', points: 200 },
    });
    expect(await entity(aViewer({ memberId: second }), rewardOf, 'Participation', emptyHanded)).toEqual({
      reward: { status: 'POOL_EMPTY', points: 0 },
    });
    expect(await entity(aViewer({ memberId: second }), rewardOf, 'Participation', participationId)).toEqual({
      reward: null,
    });
    expect(await entity(anOfficer(union.organisationId), rewardOf, 'Participation', participationId)).toEqual({
      reward: null,
    });
  });

  it("shows a campaign's pool to everybody, before and after it is empty", async () => {
    const campaignId = await bench.aCampaign({ pointsPerMember: 200, poolPoints: 500 });
    const viewer = aViewer({ memberId: await bench.aMember() });
    const pool = { promisedPointsPerMember: 200, poolPoints: 500, isClosed: false };
    expect(await entity(viewer, poolOf, 'Campaign', campaignId)).toEqual({
      rewardPool: { ...pool, remainingPoints: 500, isEmpty: false },
    });
    const members = await bench.members(3);
    await bench.cast(members.map((memberId) => aBallot(campaignId, memberId, 200)));
    expect(await entity(anOfficer(union.organisationId), poolOf, 'Campaign', campaignId)).toEqual({
      rewardPool: { ...pool, remainingPoints: 100, isEmpty: true },
    });
    expect(await entity(viewer, poolOf, 'Campaign', randomUUID())).toEqual({ rewardPool: null });
  });

  it('lets a member spend points on an offer and read it in the statement', async () => {
    const memberId = await bench.aMemberWithPoints(300, union.organisationId);
    const offerId = await offer(120);
    const member = aViewer({ memberId });
    const input = { idempotencyKey: randomUUID(), offerId };
    const redeemed = await bench.service.ask(member, redeemOffer, { input });
    expect(redeemed.errors).toBeUndefined();
    expect(redeemed.data.redeemOffer).toMatchObject({
      __typename: 'OfferRedeemed',
      isReplayed: false,
      redemption: { points: 120, offer: { id: offerId, remainingStock: 2 } },
      account: { balancePoints: 180 },
    });
    const { code } = redeemed.data.redeemOffer.redemption;
    expect(code).toMatch(/^[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}$/);
    const again = await bench.service.ask(member, redeemOffer, { input });
    expect(again.data.redeemOffer).toMatchObject({
      isReplayed: true,
      redemption: { code },
      account: { balancePoints: 180 },
    });

    const { pointsAccount } = await entity(member, pointsOf, 'Member', memberId);
    expect(pointsAccount).toMatchObject({ balancePoints: 180, heldPoints: 0 });
    expect(pointsAccount.statement.edges.map((edge: { node: object }) => edge.node)).toMatchObject([
      { kind: 'REDEMPTION', points: -120, balanceBeforePoints: 300, balanceAfterPoints: 180, campaign: null },
      {
        kind: 'REWARD',
        points: 300,
        balanceBeforePoints: 0,
        balanceAfterPoints: 300,
        campaign: { id: expect.any(String) },
      },
    ]);
    expect(pointsAccount.redemptions.edges).toEqual([
      { node: { code, points: 120, offer: { id: offerId, titleZh: '图书券' } } },
    ]);
  });

  it('shows points to nobody else', async () => {
    const memberId = await bench.aMemberWithPoints(10, union.organisationId);
    const other = await bench.aMember(union.organisationId);
    for (const viewer of [aViewer({ memberId: other }), anOfficer(union.organisationId, 'chair'), aViewer()]) {
      expect(await entity(viewer, pointsOf, 'Member', memberId)).toEqual({ pointsAccount: null });
    }
    const own = await entity(aViewer({ memberId }), pointsOf, 'Member', memberId);
    const accountOf = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
      ... on PointsAccount { balancePoints } } }`;
    expect(await entity(aViewer({ memberId: other }), accountOf, 'PointsAccount', own.pointsAccount.id)).toBeNull();
    expect(await entity(aViewer({ memberId }), accountOf, 'PointsAccount', own.pointsAccount.id)).toEqual({
      balancePoints: 10,
    });
  });

  it('refuses in words, with what is wrong', async () => {
    const memberId = await bench.aMemberWithPoints(10, union.organisationId);
    const ask = async (offerId: string) =>
      (
        await bench.service.ask(aViewer({ memberId }), redeemOffer, {
          input: { idempotencyKey: randomUUID(), offerId },
        })
      ).data.redeemOffer;
    expect(await ask(await offer(120))).toMatchObject({ code: 'INSUFFICIENT_POINTS', shortfallPoints: 110 });
    expect(await ask(randomUUID())).toMatchObject({ code: 'OFFER_NOT_AVAILABLE', reason: 'UNKNOWN' });
    const wrong = await bench.service.ask(anOfficer(union.organisationId), createOffer, {
      input: {
        idempotencyKey: randomUUID(),
        organisationId: union.organisationId,
        merchantNameZh: '某书店',
        titleZh: '图书券',
        pricePoints: 0,
        stock: 3,
        endsAt: new Date(Date.now() + 86_400_000).toISOString(),
      },
    });
    expect(wrong.data.createOffer).toMatchObject({ code: 'OFFER_INVALID', field: 'pricePoints' });
    const notMember = await bench.service.ask(aViewer(), redeemOffer, {
      input: { idempotencyKey: randomUUID(), offerId: randomUUID() },
    });
    expect(notMember.errors?.[0]?.extensions?.['code']).toBe('ACCESS_DENIED');
    const notOfficer = await bench.service.ask(aViewer({ memberId, audience: 'dashboard' }), createOffer, {
      input: {
        idempotencyKey: randomUUID(),
        organisationId: union.organisationId,
        merchantNameZh: '某书店',
        titleZh: '图书券',
        pricePoints: 1,
        stock: 1,
        endsAt: new Date(Date.now() + 86_400_000).toISOString(),
      },
    });
    expect(notOfficer.errors?.[0]?.extensions?.['code']).toBe('ACCESS_DENIED');
  });

  it('lists to members what is offered above them now, and to officers all of theirs', async () => {
    const own = await bench.anOrganisation();
    const below = await bench.anOrganisation(own);
    const terms = { organisationId: own.organisationId };
    const create = async (changes: object) => {
      const answer = await bench.service.ask(anOfficer(own.organisationId), createOffer, {
        input: {
          idempotencyKey: randomUUID(),
          merchantNameZh: '某书店',
          titleZh: '图书券',
          pricePoints: 5,
          stock: 3,
          endsAt: new Date(Date.now() + 86_400_000).toISOString(),
          ...terms,
          ...changes,
        },
      });
      return answer.data.createOffer.offer.id;
    };
    const running = [await create({}), await create({}), await create({})].reverse();
    const later = await create({ startsAt: new Date(Date.now() + 3_600_000).toISOString() });
    const sideways = await create({ organisationId: (await bench.anOrganisation(own)).organisationId });
    const page = (viewer: Parameters<typeof bench.service.ask>[0], after: string | null) =>
      bench.service.ask(viewer, offers, { after });
    const all = async (viewer: Parameters<typeof bench.service.ask>[0]): Promise<string[]> => {
      const found: string[] = [];
      for (let after: string | null = null; ;) {
        const { data } = await page(viewer, after);
        found.push(...data.offers.edges.map((edge: { node: { id: string } }) => edge.node.id));
        if (!data.offers.pageInfo.hasNextPage) return found;
        after = data.offers.pageInfo.endCursor;
      }
    };
    const memberId = await bench.aMember(below.organisationId);
    expect(await all(aViewer({ memberId }))).toEqual(running);
    expect(await all(anOfficer(own.organisationId))).toEqual([sideways, later, ...running]);
    expect(await all(aViewer({ memberId: await bench.aMember() }))).toEqual([]);
  });
});
