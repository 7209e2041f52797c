import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import { Viewer } from '@zhijia/access';
import { RequestLoaders } from '@zhijia/subgraph';
import { DataSource } from 'typeorm';
import { PointsAccountOfMemberLoader } from '../accounts/points-account-of-member.loader.js';
import type { RedeemOfferInput } from '../graphql.types.js';
import { refusalOfRedemption } from './offer.refusals.js';
import { RedeemOffer } from './redeem-offer.js';
import { RedemptionsStore } from './redemptions.store.js';

/** What members do with offers. */
@Resolver()
export class RedeemOfferResolver {
  constructor(
    private readonly db: DataSource,
    private readonly redeemOffer: RedeemOffer,
    private readonly redemptions: RedemptionsStore,
    private readonly accounts: PointsAccountOfMemberLoader,
  ) {}

  @Mutation('redeemOffer')
  async redeem(
    @Args('input') input: RedeemOfferInput,
    @Context('viewer') viewer: Viewer,
    @Context('loaders') loaders: RequestLoaders,
  ): Promise<object> {
    const outcome = await this.redeemOffer.run(input.offerId, viewer, input.idempotencyKey);
    if (outcome.kind !== 'redeemed') return refusalOfRedemption(outcome);
    const [redemption = null] = await this.redemptions.ownByIds(this.db, [outcome.redemptionId], viewer.memberId);
    const account = redemption === null ? null : await loaders.load(this.accounts, redemption.memberId);
    if (account === null) return refusalOfRedemption({ kind: 'accountNotFound' });
    return { __typename: 'OfferRedeemed', redemption, account, isReplayed: outcome.isReplayed };
  }
}
