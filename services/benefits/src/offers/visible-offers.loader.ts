import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import type { BatchLoader } from '@zhijia/subgraph';
import { DataSource } from 'typeorm';
import { OffersStore, type OfferRow } from './offers.store.js';

@Injectable()
export class VisibleOffersLoader implements BatchLoader<string, OfferRow> {
  constructor(
    private readonly db: DataSource,
    private readonly offers: OffersStore,
  ) {}

  loadAll(offerIds: readonly string[], viewer: Viewer): Promise<(OfferRow | null)[]> {
    return this.offers.visibleByIds(this.db, offerIds, viewer);
  }
}
