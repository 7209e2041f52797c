import type { AccountState } from './account.js';
import type { Book } from './book.js';
import {
  assertUnits,
  planTransfer,
  type TransferPlan,
  type TransferRefusal,
  type TransferRequest,
} from './plan-transfer.js';

export type HoldStatus = 'HELD' | 'POSTED' | 'VOIDED' | 'EXPIRED';

export interface ReserveRequest extends Omit<TransferRequest, 'occurredAt'> {
  /** ISO 8601; from then on, by the database's time, the hold can no longer be posted. Null: it stays until settled. */
  readonly expiresAt: string | null;
}

/** A hold as it stands. */
export interface HoldState {
  readonly id: string;
  readonly book: Book;
  readonly fromAccountId: string;
  readonly toAccountId: string;
  readonly units: number;
  readonly status: HoldStatus;
  /** Whether the database's time has reached `expiresAt`; the row may still say HELD. */
  readonly isOverdue: boolean;
}

export type ReservePlan = { readonly kind: 'reserved' } | { readonly kind: 'expiresInThePast' } | TransferRefusal;

/**
 * Decides whether units can be set aside. The cap of the receiver is not asked here but when the hold is posted: until
 * then nothing arrives.
 */
export function planReserve(
  request: Pick<ReserveRequest, 'book' | 'fromAccountId' | 'toAccountId' | 'units'>,
  isOverdue: boolean,
  from: AccountState | null,
  to: AccountState | null,
): ReservePlan {
  if (isOverdue) return { kind: 'expiresInThePast' };
  const plan = planTransfer(request, from, to === null ? null : { ...to, capUnits: null });
  return plan.kind === 'posted' ? { kind: 'reserved' } : plan;
}

export type HoldRefusal =
  | { readonly kind: 'holdExpired'; readonly holdId: string }
  | { readonly kind: 'holdSettled'; readonly holdId: string; readonly status: HoldStatus }
  | { readonly kind: 'unitsAboveHold'; readonly holdId: string; readonly heldUnits: number };

export type HoldPostPlan = TransferPlan | HoldRefusal;

/** Decides the posting of a hold, whole or in part; what is not posted is released. */
export function planHoldPost(
  hold: HoldState,
  units: number,
  from: AccountState | null,
  to: AccountState | null,
): HoldPostPlan {
  assertUnits(units);
  const refusal = refusalOfUnheld(hold);
  if (refusal !== null) return refusal;
  if (units > hold.units) return { kind: 'unitsAboveHold', holdId: hold.id, heldUnits: hold.units };
  return planTransfer({ ...hold, units }, from === null ? null : withoutHold(from, hold), to);
}

/** The account after the hold is gone. */
export function withoutHold<Account extends AccountState>(account: Account, hold: HoldState): Account {
  return { ...account, heldUnits: account.heldUnits - hold.units };
}

export type HoldVoidPlan =
  { readonly kind: 'voided' } | { readonly kind: 'holdSettled'; readonly holdId: string; readonly status: HoldStatus };

/** Decides the release of a hold. An overdue hold that was not yet expired may still be voided: both release it. */
export function planHoldVoid(hold: HoldState): HoldVoidPlan {
  return hold.status === 'HELD' ? { kind: 'voided' } : { kind: 'holdSettled', holdId: hold.id, status: hold.status };
}

function refusalOfUnheld(hold: HoldState): HoldRefusal | null {
  if (hold.status === 'EXPIRED' || (hold.status === 'HELD' && hold.isOverdue))
    return { kind: 'holdExpired', holdId: hold.id };
  if (hold.status !== 'HELD') return { kind: 'holdSettled', holdId: hold.id, status: hold.status };
  return null;
}
