const mostNameCharacters = 100;
const mostPoints = 10_000_000;
const mostStock = 1_000_000;
const mostYears = 3;

export interface OfferRequest {
  readonly organisationId: string;
  readonly merchantNameZh: string;
  readonly merchantNameEn: string | null;
  readonly titleZh: string;
  readonly titleEn: string | null;
  readonly pricePoints: number;
  readonly stock: number;
  readonly perMemberLimit: number;
  /** ISO 8601 in UTC with milliseconds, as everywhere here; null: at once. */
  readonly startsAt: string | null;
  readonly endsAt: string;
}

export type OfferField =
  'merchantNameZh' | 'merchantNameEn' | 'titleZh' | 'titleEn' | 'pricePoints' | 'stock' | 'perMemberLimit' | 'endsAt';

export type OfferPlan =
  | { readonly kind: 'create'; readonly offer: OfferRequest & { readonly startsAt: string } }
  | { readonly kind: 'offerInvalid'; readonly field: OfferField };

/** Decides whether an offer can stand as it was asked for. Instants of one form compare as texts. */
export function planOffer(request: OfferRequest, now: string): OfferPlan {
  const offer = {
    ...request,
    merchantNameZh: request.merchantNameZh.trim(),
    merchantNameEn: request.merchantNameEn?.trim() ?? null,
    titleZh: request.titleZh.trim(),
    titleEn: request.titleEn?.trim() ?? null,
    startsAt: request.startsAt ?? now,
  };
  const checks: readonly [OfferField, boolean][] = [
    ['merchantNameZh', isName(offer.merchantNameZh)],
    ['merchantNameEn', offer.merchantNameEn === null || isName(offer.merchantNameEn)],
    ['titleZh', isName(offer.titleZh)],
    ['titleEn', offer.titleEn === null || isName(offer.titleEn)],
    ['pricePoints', isWithin(offer.pricePoints, mostPoints)],
    ['stock', isWithin(offer.stock, mostStock)],
    ['perMemberLimit', isWithin(offer.perMemberLimit, offer.stock)],
    ['endsAt', offer.endsAt > offer.startsAt && offer.endsAt > now && endsInTime(offer.startsAt, offer.endsAt)],
  ];
  const wrong = checks.find(([, isRight]) => !isRight);
  return wrong === undefined ? { kind: 'create', offer } : { kind: 'offerInvalid', field: wrong[0] };
}

function isName(text: string): boolean {
  return text.length > 0 && text.length <= mostNameCharacters;
}

function isWithin(value: number, most: number): boolean {
  return Number.isSafeInteger(value) && value >= 1 && value <= most;
}

function endsInTime(startsAt: string, endsAt: string): boolean {
  const lastYear = String(Number(startsAt.slice(0, 4)) + mostYears).padStart(4, '0');
  return endsAt <= lastYear + startsAt.slice(4);
}
