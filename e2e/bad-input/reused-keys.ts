import { until } from '@zhijia/testing';
import { aCampaign, inDays, openCampaign } from '../support/campaign.js';
import { aVisit } from './a-visit.js';
import { pointsPerMember, type World } from './world.js';

export function reusedKeys(world: World): void {
  describe('the same key with another body', () => {
    const reused = { __typename: 'IdempotencyKeyReused', code: 'IDEMPOTENCY_KEY_REUSED' };

    world.step('is refused when a campaign is opened, and the first one stands alone', async () => {
      const ask = async (changes: object) =>
        (
          await world.product.read(world.county.cityOfficer, openCampaign, {
            input: aCampaign(world.county, 'once', { ...changes, opensAt, closesAt }),
          })
        ).openCampaign;
      const [opensAt, closesAt] = [inDays(3), inDays(4)];
      const first = await ask({});
      const { __typename, campaign } = first;
      expect(__typename).toBe('CampaignOpened');
      expect(await ask({})).toMatchObject({ isReplayed: true, campaign: { id: campaign.id } });
      expect(await ask({ titleZh: '另一次评议' })).toMatchObject(reused);
      const [stored] = await world.product.rows<{ count: string }>('evaluations', 'SELECT count(*) FROM campaign');
      expect(Number(stored!.count)).toBe(5);
    });

    world.step('is refused when hours are posted, and the minutes are there once', async () => {
      const ask = async (changes: object, visit: object) =>
        (
          await world.product.read(
            world.county.cityOfficer,
            `mutation ($input: PostVisitInput!) {
              postVisit(input: $input) { __typename ... on VisitPosted { isReplayed } ... on Refusal { code } }
            }`,
            {
              input: {
                idempotencyKey: 'visit-once',
                depositorMemberId: world.county.member(0).memberId,
                ...visit,
                ...changes,
              },
            },
          )
        ).postVisit;
      const visit = aVisit();
      expect(await ask({}, visit)).toEqual({ __typename: 'VisitPosted', isReplayed: false });
      expect(await ask({}, visit)).toEqual({ __typename: 'VisitPosted', isReplayed: true });
      expect(await ask({ depositorMemberId: world.county.member(1).memberId }, visit)).toEqual(reused);
      const { me } = await world.product.read(world.county.member(0), '{ me { timeAccount { balanceMinutes } } }');
      expect(me.timeAccount.balanceMinutes).toBe(60);
    });

    world.step('is refused when points are spent, and they are spent once', async () => {
      const offer = async (key: string) =>
        (
          await world.product.read(
            world.county.cityOfficer,
            `mutation ($input: CreateOfferInput!) { createOffer(input: $input) { ... on OfferCreated { offer { id } } } }`,
            {
              input: {
                idempotencyKey: key,
                organisationId: world.county.organisation('C'),
                merchantNameZh: '某书店',
                titleZh: '书券',
                pricePoints: 50,
                stock: 5,
                perMemberLimit: 3,
                endsAt: inDays(30),
              },
            },
          )
        ).createOffer.offer.id as string;
      const [book, ticket] = [await offer('offer-book'), await offer('offer-ticket')];
      const redeem = async (offerId: string) =>
        (
          await world.product.read(
            world.county.member(1),
            `mutation ($input: RedeemOfferInput!) {
              redeemOffer(input: $input) { __typename ... on OfferRedeemed { isReplayed } ... on Refusal { code } }
            }`,
            { input: { offerId, idempotencyKey: 'redeem-once' } },
          )
        ).redeemOffer;
      const balance = async () =>
        (await world.product.read(world.county.member(1), '{ me { pointsAccount { balancePoints } } }')).me
          .pointsAccount.balancePoints as number;
      await until(async () => (await balance()) === pointsPerMember, { what: 'the reward', withinMs: 45_000 });
      expect(await redeem(book)).toEqual({ __typename: 'OfferRedeemed', isReplayed: false });
      expect(await redeem(book)).toEqual({ __typename: 'OfferRedeemed', isReplayed: true });
      expect(await redeem(ticket)).toEqual(reused);
      expect(await balance()).toBe(pointsPerMember - 50);
    });
  });
}
