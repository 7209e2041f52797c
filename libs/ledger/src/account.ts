import type { Book } from './book.js';

/** FROZEN: nothing leaves, credits still arrive, corrections pass. CLOSED: nothing moves any more; the balance is zero. */
export type AccountStatus = 'OPEN' | 'FROZEN' | 'CLOSED';

/** What a decision needs to know of an account. All figures are whole units of the account's book. */
export interface AccountState {
  readonly id: string;
  readonly book: Book;
  readonly status: AccountStatus;
  /** The balance less what is held never passes below it. Null: no floor (issuance). */
  readonly floorUnits: number | null;
  /** The balance never passes above it. Null: no cap. */
  readonly capUnits: number | null;
  readonly balanceUnits: number;
  /** Reserved by open holds; counts against the floor at once. */
  readonly heldUnits: number;
  /** How many entries the account has; the next entry gets the next number. */
  readonly version: number;
}

/** One account as it stands. */
export interface LedgerAccount extends AccountState {
  /** The part the account plays: MEMBER, FUND, POOL, ISSUANCE, ... in the vocabulary of the service that opens it. */
  readonly kind: string;
  /** Whom it belongs to, for the service that opened it; null where there is one account of the kind. */
  readonly ownerId: string | null;
  /** What can be spent now: balance less holds less floor; null without a floor. */
  readonly availableUnits: number | null;
}

/** The name of an account: one account for each. */
export interface AccountKey {
  readonly book: Book;
  readonly kind: string;
  readonly ownerId: string | null;
}

export interface OpenAccountRequest extends AccountKey {
  /** Zero unless said; null: no floor. */
  readonly floorUnits?: number | null;
  /** None unless said. */
  readonly capUnits?: number | null;
}

/** What can leave the account now; null: no floor, so there is no end. */
export function availableUnitsOf(account: AccountState): number | null {
  return account.floorUnits === null ? null : account.balanceUnits - account.heldUnits - account.floorUnits;
}
