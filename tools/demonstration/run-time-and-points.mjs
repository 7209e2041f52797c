import { eachOf } from './each-of.mjs';
import { atOnce, identitiesOf } from './run-campaign.mjs';
import { randomOf } from './random.mjs';
import { offers, visitKinds, visitNotes } from './story.mjs';

const postMutation = `mutation PostVisit($input: PostVisitInput!) {
  postVisit(input: $input) {
    __typename
    ... on VisitPosted { visit { id } }
    ... on Refusal { code messageZh messageEn }
  }
}`;

const reverseMutation = `mutation ReverseVisit($input: ReverseVisitInput!) {
  reverseVisit(input: $input) {
    __typename
    ... on VisitReversed { visit { id } }
    ... on Refusal { code messageZh messageEn }
  }
}`;

const createOfferMutation = `mutation CreateOffer($input: CreateOfferInput!) {
  createOffer(input: $input) {
    __typename
    ... on OfferCreated { offer { id } }
    ... on Refusal { code messageZh messageEn }
  }
}`;

const redeemMutation = `mutation RedeemOffer($input: RedeemOfferInput!) {
  redeemOffer(input: $input) {
    __typename
    ... on OfferRedeemed { redemption { id } }
    ... on Refusal { code messageZh messageEn }
  }
}`;

/**
 * The treasurer posts visits of some weeks to the depositors' accounts: each served the same elder in turn, on days of
 * their own, so that no two meet.
 *
 * @returns the ids of the visits, in the order of the depositors
 */
export async function postVisits(load, name, { treasurer, depositors, served, visitsEach, withinDays }) {
  const { changeOnceKnown, clock, progress, seed } = load;
  const now = await clock.now();
  const dayFact = `${name}Day`;
  // A second try says the same times, though it comes later.
  if (progress.facts()[dayFact] === undefined) progress.note({ [dayFact]: now.toISOString().slice(0, 10) });
  const lastDay = Date.parse(`${progress.facts()[dayFact]}T00:00:00Z`);
  const memberIds = (await identitiesOf(load, depositors)).map(({ memberId }) => memberId);
  const [{ memberId: servedMemberId }] = await identitiesOf(load, [served]);
  return eachOf(depositors, atOnce, async ({ memberNumber }, place) => {
    const random = randomOf(seed, name, memberNumber);
    const ids = [];
    for (let visit = 0; visit < visitsEach; visit += 1) {
      const daysAgo = 1 + Math.floor(((visitsEach - 1 - visit) * withinDays) / visitsEach) + (place % 3);
      // In the evening in Shanghai, after the eight working hours.
      const startedAt = new Date(lastDay - daysAgo * 86_400_000 + (10.5 * 60 + random.below(4) * 15) * 60_000);
      const what = random.below(visitKinds.length);
      const input = {
        idempotencyKey: progress.keyOf(name, memberNumber, visit),
        depositorMemberId: memberIds[place],
        // Nobody visits themselves: the elder looked after a neighbour who is no member.
        servedMemberId: memberIds[place] === servedMemberId ? null : servedMemberId,
        kind: visitKinds[what],
        startedAt: startedAt.toISOString(),
        endedAt: new Date(startedAt.getTime() + random.between(4, 12) * 15 * 60_000).toISOString(),
        note: visitNotes[what],
      };
      const posted = await changeOnceKnown(treasurer, postMutation, input, 'VisitPosted', 'DepositorNotFound');
      ids.push(posted.visit.id);
    }
    return ids;
  });
}

/** A visit that was entered twice is taken back: a correction stands in the passbook as a line of its own. */
export async function takeVisitBack({ change, progress }, chair, visitId) {
  const input = { idempotencyKey: progress.keyOf('reversal'), visitId, reason: '重复登记，更正（演示）' };
  await change(chair, reverseMutation, input, 'VisitReversed');
}

/** @returns the ids of the offers, in the order of the story */
export async function createOffers({ changeOnceKnown, clock, progress }, chair, organisationId) {
  const fact = 'offersEndAt';
  if (progress.facts()[fact] === undefined) {
    progress.note({ [fact]: new Date((await clock.now()).getTime() + 120 * 86_400_000).toISOString() });
  }
  const ids = await eachOf(offers, 1, async (offer, place) => {
    const input = {
      ...offer,
      organisationId,
      endsAt: progress.facts()[fact],
      idempotencyKey: progress.keyOf('offer', place),
    };
    const created = await changeOnceKnown(
      chair,
      createOfferMutation,
      input,
      'OfferCreated',
      'OfferOrganisationNotFound',
    );
    return created.offer.id;
  });
  progress.note({ offers: ids });
}

/** Each of these members spends points on an offer, once what they earned has arrived. */
export async function redeem(load, members, offerPlace) {
  const { changeOnceKnown, progress } = load;
  const identities = await identitiesOf(load, members);
  await eachOf(identities, atOnce, (identity, place) => {
    const input = {
      offerId: progress.facts().offers[offerPlace],
      idempotencyKey: progress.keyOf('redemption', offerPlace, members[place].memberNumber),
    };
    return changeOnceKnown(identity, redeemMutation, input, 'OfferRedeemed', 'InsufficientPoints');
  });
}
