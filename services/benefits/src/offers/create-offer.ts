import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import { IdempotencyStore, inTransaction, readNow } from '@zhijia/database';
import { DataSource, type EntityManager } from 'typeorm';
import { isUuid } from '@zhijia/subgraph';
import { planOffer, type OfferField, type OfferRequest } from '../rules/plan-offer.js';
import { OffersStore } from './offers.store.js';

type Creation =
  | { readonly kind: 'created'; readonly offerId: string }
  | { readonly kind: 'organisationNotFound' }
  | { readonly kind: 'offerInvalid'; readonly field: OfferField };

export type CreateOfferOutcome =
  | { readonly kind: 'created'; readonly offerId: string; readonly isReplayed: boolean }
  | Exclude<Creation, { kind: 'created' }>
  | { readonly kind: 'keyReused' };

/** Makes an offer, once per key: a stock that was counted twice would be given twice. */
@Injectable()
export class CreateOffer {
  constructor(
    private readonly db: DataSource,
    private readonly offers: OffersStore,
    private readonly idempotency: IdempotencyStore,
  ) {}

  async run(request: OfferRequest, viewer: Viewer, key: string): Promise<CreateOfferOutcome> {
    if (!isUuid(request.organisationId)) return { kind: 'organisationNotFound' };
    const once = await inTransaction(this.db, (tx) =>
      this.idempotency.once<Creation>(
        tx,
        { scope: viewer.scopeOf('createOffer'), key, input: request },
        () => this.create(tx, request, viewer),
        (creation) => creation.kind === 'created',
      ),
    );
    if (once.kind === 'keyReused') return once;
    if (once.outcome.kind !== 'created') return once.outcome;
    return { ...once.outcome, isReplayed: once.kind === 'replayed' };
  }

  private async create(tx: EntityManager, request: OfferRequest, viewer: Viewer): Promise<Creation> {
    if (!(await this.offers.canOfferFor(tx, request.organisationId, viewer))) return { kind: 'organisationNotFound' };
    const plan = planOffer(request, await readNow(tx));
    if (plan.kind !== 'create') return plan;
    const offerId = await this.offers.insert(tx, plan.offer, `${viewer.issuer} ${viewer.subject}`);
    return { kind: 'created', offerId };
  }
}
