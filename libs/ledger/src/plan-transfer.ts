import { availableUnitsOf, type AccountState, type AccountStatus } from './account.js';
import type { Book } from './book.js';

export interface TransferRequest {
  readonly book: Book;
  readonly fromAccountId: string;
  readonly toAccountId: string;
  /** A positive whole number of the book's unit. */
  readonly units: number;
  /** The service's word for it: VISIT_DEPOSIT, GIFT, REDEMPTION, ... */
  readonly kind: string;
  /** Why, for the person who reads the statement. No personal data. */
  readonly reason: string;
  /**
   * Names the cause (`visit:<id>`): the same reference in the same book is the same transfer, however often it is
   * asked for. `hold:` and `reversal:` belong to the ledger.
   */
  readonly reference: string;
  /** When it happened in the world, ISO 8601; the database's time when left out. */
  readonly occurredAt?: string | null;
}

/** What a transfer does to one account. */
export interface Entry {
  readonly accountId: string;
  /** Signed, never zero: negative leaves the account. */
  readonly units: number;
  readonly balanceBeforeUnits: number;
  readonly balanceAfterUnits: number;
  readonly accountVersion: number;
}

export type TransferRefusal =
  | { readonly kind: 'insufficientBalance'; readonly accountId: string; readonly shortfallUnits: number }
  | { readonly kind: 'capExceeded'; readonly accountId: string; readonly excessUnits: number }
  | { readonly kind: 'accountNotOpen'; readonly accountId: string; readonly status: AccountStatus }
  | { readonly kind: 'accountUnknown'; readonly accountId: string }
  | { readonly kind: 'bookMismatch'; readonly accountId: string; readonly accountBook: Book }
  | { readonly kind: 'sameAccount'; readonly accountId: string };

export type TransferPlan = { readonly kind: 'posted'; readonly debit: Entry; readonly credit: Entry } | TransferRefusal;

/** Decides one transfer from the two accounts as they stand under lock. */
export function planTransfer(
  request: Pick<TransferRequest, 'book' | 'fromAccountId' | 'toAccountId' | 'units'>,
  from: AccountState | null,
  to: AccountState | null,
): TransferPlan {
  assertUnits(request.units);
  if (request.fromAccountId === request.toAccountId) return { kind: 'sameAccount', accountId: request.toAccountId };
  if (from === null) return { kind: 'accountUnknown', accountId: request.fromAccountId };
  if (to === null) return { kind: 'accountUnknown', accountId: request.toAccountId };
  for (const account of [from, to]) {
    if (account.book !== request.book)
      return { kind: 'bookMismatch', accountId: account.id, accountBook: account.book };
  }
  if (from.status !== 'OPEN') return { kind: 'accountNotOpen', accountId: from.id, status: from.status };
  if (to.status === 'CLOSED') return { kind: 'accountNotOpen', accountId: to.id, status: to.status };
  const shortfallUnits = shortfallOf(from, request.units);
  if (shortfallUnits > 0) return { kind: 'insufficientBalance', accountId: from.id, shortfallUnits };
  const excessUnits = to.capUnits === null ? 0 : to.balanceUnits + request.units - to.capUnits;
  if (excessUnits > 0) return { kind: 'capExceeded', accountId: to.id, excessUnits };
  return { kind: 'posted', debit: entryFor(from, -request.units), credit: entryFor(to, request.units) };
}

/** How many units are missing for so many to leave; zero or less when none is. */
function shortfallOf(account: AccountState, units: number): number {
  const availableUnits = availableUnitsOf(account);
  return availableUnits === null ? 0 : units - availableUnits;
}

/** A wrong figure is a mistake of the caller's code, not an outcome: it stops the transaction. */
export function assertUnits(units: number): void {
  if (!Number.isSafeInteger(units) || units <= 0)
    throw new RangeError('Units of a transfer are a positive whole number');
}

/** The account after an entry. */
export function withEntry<Account extends AccountState>(account: Account, entry: Entry): Account {
  return { ...account, balanceUnits: entry.balanceAfterUnits, version: entry.accountVersion };
}

function entryFor(account: AccountState, units: number): Entry {
  const balanceAfterUnits = account.balanceUnits + units;
  if (!Number.isSafeInteger(balanceAfterUnits)) throw new RangeError('A balance is beyond 2^53');
  return {
    accountId: account.id,
    units,
    balanceBeforeUnits: account.balanceUnits,
    balanceAfterUnits,
    accountVersion: account.version + 1,
  };
}
