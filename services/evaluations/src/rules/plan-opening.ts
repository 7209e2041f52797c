/** What an officer asks for when opening a campaign; what is absent comes from the policies. */
export interface OpeningRequest {
  readonly organiserId: string;
  readonly titleZh: string;
  readonly titleEn: string;
  readonly questionSet: {
    readonly id: string;
    readonly version: number;
    readonly questionZh: string;
    readonly questionEn: string;
  };
  readonly targetOrganisationIds: readonly string[];
  /** The moment of the request when null. */
  readonly opensAt: string | null;
  readonly closesAt: string;
  readonly electorate: {
    readonly rootOrganisationId: string;
    readonly requiresVerification: boolean;
    /** Members count who joined on or before this day; today when null. */
    readonly asOf: string | null;
  };
  readonly reward: { readonly poolPoints: number; readonly pointsPerMember: number | null } | null;
  readonly rules: {
    readonly passLineBasisPoints: number | null;
    readonly minTurnoutBasisPoints: number | null;
    readonly minimumCell: number | null;
    readonly strata: readonly string[] | null;
    readonly hasCodes: boolean | null;
  };
}

/** What is known at the moment of the request, by the database's clock and this service's projections. */
export interface OpeningFacts {
  readonly now: string;
  readonly today: string;
  /** From opening to closing, and from now to closing; negative where it lies before. */
  readonly windowSeconds: number;
  readonly secondsToClosing: number;
  readonly isOrganiserInReach: boolean;
  readonly isElectorateInReach: boolean;
  readonly unknownTargetIds: readonly string[];
  readonly electorateSize: number;
  /** Whether the question set stands already, under the same id and version, with other words. */
  readonly isQuestionSetOther: boolean;
  readonly policies: {
    readonly gradeCount: number;
    readonly badFromGrade: number;
    readonly minTurnoutBasisPoints: number;
    readonly passLineBasisPoints: number;
    readonly minimumCell: number;
    readonly hasCodes: boolean;
    readonly pointsPerMember: number;
    readonly maxPoolPoints: number;
  };
}

/** A campaign as it will be, every default decided. */
export interface OpeningTerms {
  readonly opensAt: string;
  readonly closesAt: string;
  readonly asOf: string;
  readonly gradeCount: number;
  readonly badFromGrade: number;
  readonly minimumCell: number;
  readonly passLineBasisPoints: number;
  readonly minTurnoutBasisPoints: number;
  readonly strata: readonly string[];
  readonly hasCodes: boolean;
  readonly reward: { readonly pointsPerMember: number; readonly poolPoints: number } | null;
}

export type OpeningPlan =
  | { readonly kind: 'open'; readonly terms: OpeningTerms }
  | { readonly kind: 'notOrganiser' }
  | { readonly kind: 'windowInvalid' }
  | { readonly kind: 'targetsInvalid'; readonly maxTargets: number }
  | { readonly kind: 'unknownTargets'; readonly organisationIds: readonly string[] }
  | { readonly kind: 'electorateOutOfReach' }
  | { readonly kind: 'electorateTooSmall'; readonly size: number; readonly minimum: number }
  | { readonly kind: 'questionSetChanged' }
  | { readonly kind: 'rewardInvalid'; readonly maxPoolPoints: number }
  | { readonly kind: 'termsInvalid'; readonly problem: string };

export const maxTargets = 200;
const maxWindowSeconds = 366 * 86_400;

/** Groups that a campaign counts a member in, the first that fits; OTHER is whoever fits none. */
export const knownStrata = [
  'PARTY_ORGANISATION_HEAD',
  'FRONT_LINE',
  'MODEL_WORKER',
  'MIGRANT_WORKER',
  'IN_HARDSHIP',
] as const;

/** Decides whether a campaign opens and with which terms. The first obstacle is told. */
export function planOpening(request: OpeningRequest, facts: OpeningFacts): OpeningPlan {
  if (!facts.isOrganiserInReach) return { kind: 'notOrganiser' };
  const opensAt = request.opensAt ?? facts.now;
  if (!isWindow(facts)) return { kind: 'windowInvalid' };
  const targets = request.targetOrganisationIds;
  if (targets.length < 1 || targets.length > maxTargets || new Set(targets).size !== targets.length) {
    return { kind: 'targetsInvalid', maxTargets };
  }
  if (facts.unknownTargetIds.length > 0) return { kind: 'unknownTargets', organisationIds: facts.unknownTargetIds };
  const problem = problemOfTerms(request, facts);
  if (problem !== null) return { kind: 'termsInvalid', problem };
  if (facts.isQuestionSetOther) return { kind: 'questionSetChanged' };
  const reward = rewardOf(request, facts);
  if (reward === 'invalid') return { kind: 'rewardInvalid', maxPoolPoints: facts.policies.maxPoolPoints };
  if (!facts.isElectorateInReach) return { kind: 'electorateOutOfReach' };
  const minimumCell = request.rules.minimumCell ?? facts.policies.minimumCell;
  if (facts.electorateSize < minimumCell) {
    return { kind: 'electorateTooSmall', size: facts.electorateSize, minimum: minimumCell };
  }
  return {
    kind: 'open',
    terms: {
      opensAt,
      closesAt: request.closesAt,
      asOf: request.electorate.asOf ?? facts.today,
      gradeCount: facts.policies.gradeCount,
      badFromGrade: facts.policies.badFromGrade,
      minimumCell,
      passLineBasisPoints: request.rules.passLineBasisPoints ?? facts.policies.passLineBasisPoints,
      minTurnoutBasisPoints: request.rules.minTurnoutBasisPoints ?? facts.policies.minTurnoutBasisPoints,
      strata: request.rules.strata ?? knownStrata,
      hasCodes: request.rules.hasCodes ?? facts.policies.hasCodes,
      reward,
    },
  };
}

function isWindow({ windowSeconds, secondsToClosing }: OpeningFacts): boolean {
  const isAhead = secondsToClosing > 0 && secondsToClosing <= 2 * maxWindowSeconds;
  return isAhead && windowSeconds > 0 && windowSeconds <= maxWindowSeconds;
}

function problemOfTerms(request: OpeningRequest, { policies }: OpeningFacts): string | null {
  const texts = [request.titleZh, request.titleEn, request.questionSet.questionZh, request.questionSet.questionEn];
  if (!texts.every((text) => text.trim().length >= 1 && text.length <= 500))
    return 'titles and wordings have 1 to 500 characters';
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(request.questionSet.id)) return 'questionSet.id is not an identifier';
  if (request.questionSet.version < 1) return 'questionSet.version counts from 1';
  const { passLineBasisPoints, minTurnoutBasisPoints, minimumCell, strata } = request.rules;
  for (const share of [passLineBasisPoints, minTurnoutBasisPoints]) {
    if (share !== null && (share < 0 || share > 10_000)) return 'a share is outside 0 to 10000 basis points';
  }
  // A campaign may protect its voters better than the region's policy, never less.
  if (minimumCell !== null && (minimumCell < policies.minimumCell || minimumCell > 1_000)) {
    return `rules.minimumCell is at least ${policies.minimumCell} here`;
  }
  if (minTurnoutBasisPoints !== null && minTurnoutBasisPoints < policies.minTurnoutBasisPoints) {
    return `rules.minTurnout is at least ${policies.minTurnoutBasisPoints} here`;
  }
  if (strata !== null && (new Set(strata).size !== strata.length || strata.includes('OTHER'))) {
    return 'rules.strata names a stratum twice, or OTHER';
  }
  return null;
}

function rewardOf(request: OpeningRequest, { policies }: OpeningFacts): OpeningTerms['reward'] | 'invalid' {
  if (request.reward === null) return null;
  const { poolPoints } = request.reward;
  const pointsPerMember = request.reward.pointsPerMember ?? policies.pointsPerMember;
  if (pointsPerMember < 1 || poolPoints < pointsPerMember || poolPoints > policies.maxPoolPoints) return 'invalid';
  return { pointsPerMember, poolPoints };
}
