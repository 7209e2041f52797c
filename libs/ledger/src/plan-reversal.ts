import type { AccountState } from './account.js';
import type { Book } from './book.js';
import { planTransfer, type TransferPlan } from './plan-transfer.js';

/** A transfer as it was posted; what a reversal turns round. */
export interface PostedLegs {
  readonly id: string;
  readonly book: Book;
  readonly fromAccountId: string;
  readonly toAccountId: string;
  readonly units: number;
  readonly reversesId: string | null;
}

export type ReversalPlan = TransferPlan | { readonly kind: 'isReversal'; readonly transferId: string };

/**
 * Decides the correction of a whole transfer: the same units back. Floors and caps hold here too: what was spent since
 * cannot be taken back silently. A frozen account is no obstacle, for freezing is what comes before a correction.
 */
export function planReversal(original: PostedLegs, from: AccountState | null, to: AccountState | null): ReversalPlan {
  if (original.reversesId !== null) return { kind: 'isReversal', transferId: original.id };
  return planTransfer(
    {
      book: original.book,
      fromAccountId: original.toAccountId,
      toAccountId: original.fromAccountId,
      units: original.units,
    },
    thawed(to),
    thawed(from),
  );
}

function thawed(account: AccountState | null): AccountState | null {
  return account?.status === 'FROZEN' ? { ...account, status: 'OPEN' } : account;
}
