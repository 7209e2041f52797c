import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import { inTransaction } from '@zhijia/database';
import { DataSource } from 'typeorm';
import { isUuid } from '@zhijia/subgraph';
import { OffersStore } from './offers.store.js';

export type WithdrawOfferOutcome = { readonly kind: 'withdrawn' } | { readonly kind: 'offerNotFound' };

/** Ends an offer. A redemption under way holds the offer's row: it is either before the end or refused. */
@Injectable()
export class WithdrawOffer {
  constructor(
    private readonly db: DataSource,
    private readonly offers: OffersStore,
  ) {}

  async run(offerId: string, viewer: Viewer): Promise<WithdrawOfferOutcome> {
    if (!isUuid(offerId)) return { kind: 'offerNotFound' };
    const isWithdrawn = await inTransaction(this.db, (tx) => this.offers.withdraw(tx, offerId, viewer));
    return { kind: isWithdrawn ? 'withdrawn' : 'offerNotFound' };
  }
}
