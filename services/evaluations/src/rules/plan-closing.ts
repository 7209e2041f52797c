export interface ClosingFacts {
  readonly state: string;
  readonly hasBegun: boolean;
  readonly isOver: boolean;
  readonly opensAt: string;
  readonly closedAt: string | null;
  readonly annulledAt: string | null;
}

export type ClosingPlan =
  | { readonly kind: 'closing' }
  | { readonly kind: 'notOpen'; readonly opensAt: string }
  | { readonly kind: 'closed'; readonly closedAt: string | null }
  | { readonly kind: 'annulled'; readonly annulledAt: string };

/** Whether an officer may close a campaign by hand now. */
export function planClosing(facts: ClosingFacts): ClosingPlan {
  if (facts.state === 'ANNULLED') return { kind: 'annulled', annulledAt: facts.annulledAt ?? '' };
  if (facts.state === 'PREPARING' || (facts.state === 'OPEN' && !facts.hasBegun)) {
    return { kind: 'notOpen', opensAt: facts.opensAt };
  }
  return facts.state === 'OPEN' ? { kind: 'closing' } : { kind: 'closed', closedAt: facts.closedAt };
}
