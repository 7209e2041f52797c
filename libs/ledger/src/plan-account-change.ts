import type { AccountState, AccountStatus } from './account.js';

export type AccountChangePlan =
  | { readonly kind: 'changed' }
  | { readonly kind: 'accountUnknown' }
  /** An account is closed when it is empty: its units are given away first. */
  | { readonly kind: 'accountNotEmpty'; readonly balanceUnits: number; readonly heldUnits: number }
  | { readonly kind: 'accountClosed' }
  /** The balance, or what the holds leave of it, lies outside the limits asked for. */
  | { readonly kind: 'balanceOutsideLimits'; readonly balanceUnits: number; readonly heldUnits: number };

export interface Limits {
  readonly floorUnits: number | null;
  readonly capUnits: number | null;
}

/** Decides a change of status. What is closed stays closed. */
export function planStatusChange(account: AccountState | null, status: AccountStatus): AccountChangePlan {
  if (account === null) return { kind: 'accountUnknown' };
  const { balanceUnits, heldUnits } = account;
  if (account.status === 'CLOSED' && status !== 'CLOSED') return { kind: 'accountClosed' };
  if (status === 'CLOSED' && (balanceUnits !== 0 || heldUnits !== 0))
    return { kind: 'accountNotEmpty', balanceUnits, heldUnits };
  return { kind: 'changed' };
}

/** Decides a change of limits: a new rule never puts an account on the wrong side of it. */
export function planLimitsChange(account: AccountState | null, limits: Limits): AccountChangePlan {
  if (account === null) return { kind: 'accountUnknown' };
  const { balanceUnits, heldUnits } = account;
  if (account.status === 'CLOSED') return { kind: 'accountClosed' };
  const isBelow = limits.floorUnits !== null && balanceUnits - heldUnits < limits.floorUnits;
  const isAbove = limits.capUnits !== null && balanceUnits > limits.capUnits;
  return isBelow || isAbove ? { kind: 'balanceOutsideLimits', balanceUnits, heldUnits } : { kind: 'changed' };
}
