import { Args, Context, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Viewer } from '@zhijia/access';
import {
  type Connection,
  connectionOf,
  isUuid,
  pageSize,
  readCursor,
  RequestLoaders,
  ResolveReferences,
} from '@zhijia/subgraph';
import { DataSource } from 'typeorm';
import type { QueryOffersArgs } from '../graphql.types.js';
import { OffersStore, type OfferRow } from './offers.store.js';
import { VisibleOffersLoader } from './visible-offers.loader.js';

@Resolver('Offer')
export class OfferResolver {
  constructor(
    private readonly db: DataSource,
    private readonly offers: OffersStore,
    private readonly visibleOffers: VisibleOffersLoader,
  ) {}

  @Query('offers')
  async list(@Args() page: QueryOffersArgs, @Context('viewer') viewer: Viewer): Promise<Connection<OfferRow>> {
    const size = pageSize(page, { usual: 20, most: 100 });
    const beforeId = readCursor(page, isOfferId);
    const found = await this.offers.list(this.db, viewer, { first: size + 1, beforeId });
    return connectionOf(found, size, page, (offer) => offer.id);
  }

  @Query('offer')
  offer(@Args('id') id: string, @Context('loaders') loaders: RequestLoaders): Promise<OfferRow | null> {
    return isUuid(id) ? loaders.load(this.visibleOffers, id) : Promise.resolve(null);
  }

  @ResolveReferences('Offer')
  references(references: readonly { id: string }[], viewer: Viewer): Promise<(OfferRow | null)[]> {
    return this.offers.visibleByIds(
      this.db,
      references.map((reference) => reference.id),
      viewer,
    );
  }

  @ResolveField('organisation')
  organisation(@Parent() offer: OfferRow): { __typename: 'Organisation'; id: string } {
    return { __typename: 'Organisation', id: offer.organisationId };
  }
}

function isOfferId(value: unknown): value is string {
  return typeof value === 'string' && isUuid(value);
}
