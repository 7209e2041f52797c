/** What stands in the database about one voter and one campaign, read under the locks of casting. */
export interface CastFacts {
  readonly state: string;
  readonly hasBegun: boolean;
  readonly isOver: boolean;
  readonly opensAt: string;
  readonly closedAt: string | null;
  readonly annulledAt: string | null;
  /** Null for who is not in the electorate, or once the campaign's partition is gone. */
  readonly slot: string | null;
  /** What the caller's key brought before. */
  readonly earlier: { readonly envelopeHash: string; readonly replacedHash: string | null } | null;
  /** The hash of the ballot that counts so far. */
  readonly currentHash: string | null;
  readonly hasTakenPart: boolean;
}

export type CastObstacle =
  | { readonly kind: 'annulled'; readonly annulledAt: string }
  | { readonly kind: 'notInElectorate' }
  | { readonly kind: 'notOpen'; readonly opensAt: string }
  | { readonly kind: 'closed'; readonly closedAt: string | null };

/**
 * What keeps a member from casting now, without regard to the envelope; null if nothing does. The window is the
 * database's: its clock and the state under the lock decide.
 */
export function obstacleToCasting(facts: CastFacts): CastObstacle | null {
  if (facts.state === 'ANNULLED') return { kind: 'annulled', annulledAt: facts.annulledAt ?? '' };
  if (facts.state !== 'PREPARING' && facts.state !== 'OPEN') return { kind: 'closed', closedAt: facts.closedAt };
  if (facts.slot === null) return { kind: 'notInElectorate' };
  if (facts.isOver) return { kind: 'closed', closedAt: facts.closedAt };
  if (facts.state === 'PREPARING' || !facts.hasBegun) return { kind: 'notOpen', opensAt: facts.opensAt };
  return null;
}

export type CastPlan =
  | { readonly kind: 'first' }
  | { readonly kind: 'replace'; readonly replacedHash: string }
  | { readonly kind: 'replay'; readonly replacedHash: string | null }
  | { readonly kind: 'repeated' }
  | { readonly kind: 'keyReused' }
  | CastObstacle;

/**
 * Decides about an envelope that passed its check.
 *
 * A request that comes again gets its answer again, also after closing: its ballot was accepted in time. Only then the
 * window is asked.
 */
export function planCast(facts: CastFacts, envelopeHash: string, isHashKnown: boolean): CastPlan {
  if (facts.earlier !== null) {
    return facts.earlier.envelopeHash === envelopeHash
      ? { kind: 'replay', replacedHash: facts.earlier.replacedHash }
      : { kind: 'keyReused' };
  }
  const obstacle = obstacleToCasting(facts);
  if (obstacle !== null) return obstacle;
  if (isHashKnown) return { kind: 'repeated' };
  return facts.currentHash === null ? { kind: 'first' } : { kind: 'replace', replacedHash: facts.currentHash };
}
