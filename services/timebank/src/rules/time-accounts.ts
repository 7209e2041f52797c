import type { OpenAccountRequest } from '@zhijia/ledger';

/** What a depositor has served and not spent. */
export function depositorAccountOf(memberId: string): OpenAccountRequest {
  return { book: 'MINUTES', kind: 'MEMBER', ownerId: memberId };
}

/**
 * Where an organisation's minutes come from. One for each organisation: it shows what each has vouched for, and no
 * single account is locked by every visit of a county. Without a floor: hours are a liability that grows.
 */
export function issuanceAccountOf(organisationId: string): OpenAccountRequest {
  return { book: 'MINUTES', kind: 'ISSUANCE', ownerId: organisationId, floorUnits: null };
}
