const mostReasonCharacters = 500;

export interface ReversalFacts {
  readonly isReversed: boolean;
  readonly depositorMemberId: string;
  /** The officer who reverses, where they are a member themselves. */
  readonly reversingMemberId: string | null;
}

export type VisitReversalPlan =
  | { readonly kind: 'reverse'; readonly reason: string }
  | { readonly kind: 'reasonMissing' }
  | { readonly kind: 'ownAccount' }
  | { readonly kind: 'alreadyReversed' };

/** Decides whether a posted visit is taken back; whether the minutes are still there is the ledger's to say. */
export function planVisitReversal(reason: string, facts: ReversalFacts): VisitReversalPlan {
  const text = reason.trim();
  if (text.length === 0 || text.length > mostReasonCharacters) return { kind: 'reasonMissing' };
  if (facts.depositorMemberId === facts.reversingMemberId) return { kind: 'ownAccount' };
  if (facts.isReversed) return { kind: 'alreadyReversed' };
  return { kind: 'reverse', reason: text };
}
