import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { Viewer } from '@zhijia/access';
import { RequestLoaders, ResolveReferences } from '@zhijia/subgraph';
import { DataSource } from 'typeorm';
import type { OfferRow } from './offers.store.js';
import { RedemptionsStore, type RedemptionRow } from './redemptions.store.js';
import { VisibleOffersLoader } from './visible-offers.loader.js';

@Resolver('Redemption')
export class RedemptionResolver {
  constructor(
    private readonly db: DataSource,
    private readonly redemptions: RedemptionsStore,
    private readonly offers: VisibleOffersLoader,
  ) {}

  @ResolveReferences('Redemption')
  references(references: readonly { id: string }[], viewer: Viewer): Promise<(RedemptionRow | null)[]> {
    return this.redemptions.ownByIds(
      this.db,
      references.map((reference) => reference.id),
      viewer.memberId,
    );
  }

  @ResolveField('offer')
  offer(@Parent() redemption: RedemptionRow, @Context('loaders') loaders: RequestLoaders): Promise<OfferRow | null> {
    return loaders.load(this.offers, redemption.offerId);
  }
}
