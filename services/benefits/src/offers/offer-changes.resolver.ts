import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import { Viewer } from '@zhijia/access';
import { RequestLoaders } from '@zhijia/subgraph';
import type { CreateOfferInput, WithdrawOfferInput } from '../graphql.types.js';
import { CreateOffer } from './create-offer.js';
import { offerNotFound, refusalOfCreation } from './offer.refusals.js';
import { VisibleOffersLoader } from './visible-offers.loader.js';
import { WithdrawOffer } from './withdraw-offer.js';

/** What officers do with offers. Results are read again under the viewer's rights of today. */
@Resolver()
export class OfferChangesResolver {
  constructor(
    private readonly createOffer: CreateOffer,
    private readonly withdrawOffer: WithdrawOffer,
    private readonly offers: VisibleOffersLoader,
  ) {}

  @Mutation('createOffer')
  async create(
    @Args('input') input: CreateOfferInput,
    @Context('viewer') viewer: Viewer,
    @Context('loaders') loaders: RequestLoaders,
  ): Promise<object> {
    const { idempotencyKey, merchantNameEn, titleEn, startsAt, perMemberLimit, ...terms } = input;
    const outcome = await this.createOffer.run(
      {
        ...terms,
        merchantNameEn: merchantNameEn ?? null,
        titleEn: titleEn ?? null,
        startsAt: startsAt ?? null,
        perMemberLimit: perMemberLimit ?? 1,
      },
      viewer,
      idempotencyKey,
    );
    if (outcome.kind !== 'created') return refusalOfCreation(outcome);
    const offer = await loaders.load(this.offers, outcome.offerId);
    if (offer === null) return refusalOfCreation({ kind: 'organisationNotFound' });
    return { __typename: 'OfferCreated', offer, isReplayed: outcome.isReplayed };
  }

  @Mutation('withdrawOffer')
  async withdraw(
    @Args('input') input: WithdrawOfferInput,
    @Context('viewer') viewer: Viewer,
    @Context('loaders') loaders: RequestLoaders,
  ): Promise<object> {
    const outcome = await this.withdrawOffer.run(input.offerId, viewer);
    const offer = outcome.kind === 'withdrawn' ? await loaders.load(this.offers, input.offerId) : null;
    return offer === null ? offerNotFound : { __typename: 'OfferWithdrawn', offer };
  }
}
