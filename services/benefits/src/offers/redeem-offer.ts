import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import { offerRedeemed } from '@zhijia/contracts';
import { IdempotencyStore, inTransaction } from '@zhijia/database';
import { LedgerStore } from '@zhijia/ledger';
import { Outbox } from '@zhijia/messaging';
import { DataSource, type EntityManager } from 'typeorm';
import { isUuid } from '@zhijia/subgraph';
import { planRedemption, type RedemptionRefusal } from '../rules/plan-redemption.js';
import { memberAccountOf, offerAccountOf } from '../rules/points-accounts.js';
import { OffersStore } from './offers.store.js';
import { newRedemptionCode } from './redemption-code.js';
import { RedemptionsStore } from './redemptions.store.js';

type Redeeming =
  | { readonly kind: 'redeemed'; readonly redemptionId: string }
  | { readonly kind: 'accountNotFound' }
  | RedemptionRefusal;

export type RedeemOfferOutcome =
  | { readonly kind: 'redeemed'; readonly redemptionId: string; readonly isReplayed: boolean }
  | Exclude<Redeeming, { kind: 'redeemed' }>
  | { readonly kind: 'keyReused' };

/**
 * Spends a member's points on an offer, once per key. Locks the offer first, then the accounts: stock and the limit per
 * member are read under the lock, and every redemption goes in this order.
 */
@Injectable()
export class RedeemOffer {
  constructor(
    private readonly db: DataSource,
    private readonly offers: OffersStore,
    private readonly redemptions: RedemptionsStore,
    private readonly ledger: LedgerStore,
    private readonly idempotency: IdempotencyStore,
    private readonly outbox: Outbox,
  ) {}

  async run(offerId: string, viewer: Viewer, key: string): Promise<RedeemOfferOutcome> {
    const { memberId } = viewer;
    if (memberId === null) return { kind: 'accountNotFound' };
    if (!isUuid(offerId)) return { kind: 'offerNotAvailable', reason: 'UNKNOWN' };
    const once = await inTransaction(this.db, (tx) =>
      this.idempotency.once<Redeeming>(
        tx,
        { scope: viewer.scopeOf('redeemOffer'), key, input: { offerId, memberId } },
        () => this.redeem(tx, offerId, memberId, viewer.actedBy),
        (redeeming) => redeeming.kind === 'redeemed',
      ),
    );
    if (once.kind === 'keyReused') return once;
    if (once.outcome.kind !== 'redeemed') return once.outcome;
    return { ...once.outcome, isReplayed: once.kind === 'replayed' };
  }

  private async redeem(
    tx: EntityManager,
    offerId: string,
    memberId: string,
    actedBy: string | null,
  ): Promise<Redeeming> {
    const offer = await this.offers.lockForMember(tx, offerId, memberId);
    const [known = null] = await this.ledger.findAccounts(tx, [memberAccountOf(memberId)]);
    if (known === null) return { kind: 'accountNotFound' };
    if (offer === null) return { kind: 'offerNotAvailable', reason: 'UNKNOWN' };
    const [taking] = await this.ledger.openAccounts(tx, [offerAccountOf(offerId)]);
    if (taking === undefined) throw new Error('The account of an offer was not opened');
    const locked = await this.ledger.lockAccounts(tx, [known.id, taking.id]);
    const account = locked.find((one) => one.id === known.id) ?? known;
    const plan = planRedemption({
      offer,
      redeemedBefore: await this.redemptions.countOf(tx, offerId, memberId),
      accountStatus: account.status,
      availablePoints: account.availableUnits ?? 0,
    });
    if (plan.kind !== 'redeem') return plan;

    const { redemptionId } = offer;
    const outcome = await this.ledger.postTransfer(tx, {
      book: 'POINTS',
      fromAccountId: account.id,
      toAccountId: taking.id,
      units: plan.points,
      kind: 'REDEMPTION',
      reason: '兑换优惠',
      reference: `redemption:${redemptionId}`,
    });
    // The plan has seen both accounts under the same lock.
    if (outcome.kind !== 'posted') throw new Error(`A planned redemption cannot be posted: ${outcome.kind}`);
    await this.offers.takeOne(tx, offerId);
    const redeemedAt = await this.redemptions.insert(tx, {
      id: redemptionId,
      offerId,
      memberId,
      points: plan.points,
      code: newRedemptionCode(),
      transferId: outcome.transferId,
      actedBy,
    });
    await this.outbox.add(tx, offerRedeemed, redemptionId, {
      redemptionId,
      offerId,
      memberId,
      points: plan.points,
      redeemedAt,
    });
    return { kind: 'redeemed', redemptionId };
  }
}
