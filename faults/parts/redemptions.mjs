const createMutation = `mutation CreateOffer($input: CreateOfferInput!) {
  createOffer(input: $input) { __typename ... on OfferCreated { offer { id } } ... on Refusal { code } }
}`;

const redeemMutation = `mutation RedeemOffer($input: RedeemOfferInput!) {
  redeemOffer(input: $input) {
    __typename
    ... on OfferRedeemed { isReplayed redemption { id points code } }
    ... on Refusal { code }
  }
}`;

const pricePoints = 1;

/** An offer for few points that every member may redeem again and again, and what was redeemed. */
export async function openRedemptions(fault, { product, county }, phones) {
  const created = await phones.change(county.secretary, createMutation, {
    idempotencyKey: `${fault.label}-offer`,
    organisationId: county.root.id,
    merchantNameZh: '澜江书店',
    titleZh: '书签',
    pricePoints,
    stock: 1_000_000,
    perMemberLimit: 1_000,
    endsAt: new Date(Date.now() + 86_400_000).toISOString(),
  });
  if (created?.__typename !== 'OfferCreated') throw new Error(`No offer: ${JSON.stringify(created)}`);
  const offerId = created.offer.id;
  const told = [];
  return {
    told,
    mutation: redeemMutation,
    inputFor: (voter, place) => ({ idempotencyKey: `${fault.label}-redeem-${place}`, offerId }),
    tell(verdict, voter, answer) {
      if (answer?.__typename === 'OfferRedeemed') told.push({ memberId: voter.memberId, id: answer.redemption.id });
      else verdict.wrong('an offer was not redeemed', answer);
    },
    /** Compares what members were told with redemptions, stock and points. */
    async judge(verdict) {
      const rows = await product.rows(
        'benefits',
        `SELECT redemption.id, redemption.member_id AS "memberId", transfer.units::int AS points
           FROM redemption JOIN ledger_transfer AS transfer ON transfer.id = redemption.transfer_id
          WHERE redemption.offer_id = $1`,
        [offerId],
      );
      verdict.compareOnce(
        'redemption',
        told.map(({ id, memberId }) => `${id} ${memberId} ${pricePoints}`),
        rows.map(({ id, memberId, points }) => `${id} ${memberId} ${points}`),
      );
      const [{ taken }] = await product.rows('benefits', 'SELECT redeemed_count AS taken FROM offer WHERE id = $1', [
        offerId,
      ]);
      if (taken > told.length) verdict.doubled('pieces of an offer', { taken, told: told.length });
      if (taken < told.length) verdict.lost('pieces of an offer', { taken, told: told.length });
    },
  };
}
