import type { OpenAccountRequest } from '@zhijia/ledger';

/** Where all points come from, and where those go back that nobody earned. The only account without a floor. */
export const issuanceAccount = {
  book: 'POINTS',
  kind: 'ISSUANCE',
  ownerId: null,
  floorUnits: null,
} as const satisfies OpenAccountRequest;

/** What a member has earned and not spent. */
export function memberAccountOf(memberId: string): OpenAccountRequest {
  return { book: 'POINTS', kind: 'MEMBER', ownerId: memberId };
}

/** What a campaign can still pay for taking part. */
export function poolAccountOf(campaignId: string): OpenAccountRequest {
  return { book: 'POINTS', kind: 'POOL', ownerId: campaignId };
}

/** What members spent on an offer. Nothing leaves it but corrections: points never become cash. */
export function offerAccountOf(offerId: string): OpenAccountRequest {
  return { book: 'POINTS', kind: 'OFFER', ownerId: offerId };
}

/** The account that nobody can open before its member stands in the register: what parked events wait for. */
export function memberAccountCause(memberId: string): string {
  return `points-account:${memberId}`;
}

/** What ballots wait for that come before their campaign's pool. */
export function poolCause(campaignId: string): string {
  return `reward-pool:${campaignId}`;
}
