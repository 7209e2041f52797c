import type { AccountState } from './account.js';
import { planTransfer, withEntry, type TransferPlan, type TransferRequest } from './plan-transfer.js';

export interface BatchPlan {
  /** One plan a request, in the order of the requests. */
  readonly plans: readonly BatchStep[];
  /** The accounts that moved, as they stand afterwards. */
  readonly moved: readonly AccountState[];
}

/** `repeats`: the reference was posted before, by an earlier transaction or by an earlier request of the batch. */
export type BatchStep = TransferPlan | { readonly kind: 'repeats' };

/**
 * Decides many transfers in the order in which they were asked for, each from what the ones before it left. When a pool
 * runs short, those who came first are served and the rest is refused. `known` are the names posted before.
 */
export function planBatch(
  requests: readonly TransferRequest[],
  accounts: readonly AccountState[],
  known: ReadonlySet<string> = new Set(),
): BatchPlan {
  const current = new Map(accounts.map((account) => [account.id, account]));
  const posted = new Set(known);
  const moved = new Set<string>();
  const plans = requests.map((request): BatchStep => {
    const name = transferNameOf(request);
    if (posted.has(name)) return { kind: 'repeats' };
    const from = current.get(request.fromAccountId) ?? null;
    const to = current.get(request.toAccountId) ?? null;
    const plan = planTransfer(request, from, to);
    if (plan.kind === 'posted' && from !== null && to !== null) {
      current.set(from.id, withEntry(from, plan.debit));
      current.set(to.id, withEntry(to, plan.credit));
      moved.add(from.id).add(to.id);
      posted.add(name);
    }
    return plan;
  });
  return { plans, moved: [...current.values()].filter((account) => moved.has(account.id)) };
}

/** A reference names one transfer in its book. */
export function transferNameOf(transfer: Pick<TransferRequest, 'book' | 'reference'>): string {
  return `${transfer.book} ${transfer.reference}`;
}
