import type { AccountStatus } from '@zhijia/ledger';

export interface RedemptionFacts {
  /** Null: there is no such offer for this member. */
  readonly offer: {
    readonly pricePoints: number;
    readonly remainingStock: number;
    readonly perMemberLimit: number;
    readonly hasStarted: boolean;
    readonly hasEnded: boolean;
    readonly isWithdrawn: boolean;
  } | null;
  readonly redeemedBefore: number;
  readonly accountStatus: AccountStatus;
  /** What can be spent: balance less what is held. */
  readonly availablePoints: number;
}

export type OfferUnavailability = 'UNKNOWN' | 'NOT_STARTED' | 'ENDED' | 'WITHDRAWN';

export type RedemptionRefusal =
  | { readonly kind: 'offerNotAvailable'; readonly reason: OfferUnavailability }
  | { readonly kind: 'redemptionLimitReached'; readonly perMemberLimit: number }
  | { readonly kind: 'offerSoldOut' }
  | { readonly kind: 'accountFrozen' }
  | { readonly kind: 'insufficientPoints'; readonly shortfallPoints: number };

export type RedemptionPlan = { readonly kind: 'redeem'; readonly points: number } | RedemptionRefusal;

/** Decides one redemption, from the offer and the account as they stand under lock. */
export function planRedemption({
  offer,
  redeemedBefore,
  accountStatus,
  availablePoints,
}: RedemptionFacts): RedemptionPlan {
  if (offer === null) return { kind: 'offerNotAvailable', reason: 'UNKNOWN' };
  if (offer.isWithdrawn) return { kind: 'offerNotAvailable', reason: 'WITHDRAWN' };
  if (offer.hasEnded) return { kind: 'offerNotAvailable', reason: 'ENDED' };
  if (!offer.hasStarted) return { kind: 'offerNotAvailable', reason: 'NOT_STARTED' };
  const { perMemberLimit, pricePoints } = offer;
  if (redeemedBefore >= perMemberLimit) return { kind: 'redemptionLimitReached', perMemberLimit };
  if (offer.remainingStock < 1) return { kind: 'offerSoldOut' };
  if (accountStatus !== 'OPEN') return { kind: 'accountFrozen' };
  if (availablePoints < pricePoints) {
    return { kind: 'insufficientPoints', shortfallPoints: pricePoints - availablePoints };
  }
  return { kind: 'redeem', points: pricePoints };
}
