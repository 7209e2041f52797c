import type { AnswerCounts } from './answer-counts.js';
import type { ClosingDigest } from './closing-digest.js';
import type { Manifest } from './manifest.js';

const WHOLE_BASIS_POINTS = 10_000;

/** Shares of a distribution. Null where nobody gave a grade. */
export interface Shares {
  /** Grades given, without "don't know" and none. */
  readonly answers: number;
  readonly passBasisPoints: number | null;
  readonly badBasisPoints: number | null;
}

/** How one target came out over all counted ballots. */
export interface TargetResult extends Shares {
  readonly targetId: string;
  readonly counts: AnswerCounts;
  /** Below the manifest's pass line. False where nobody gave a grade: there is nothing to judge. */
  readonly isBelowLine: boolean;
}

export interface Turnout {
  /** Slots of the manifest and those added later. */
  readonly slots: number;
  /** Members who took part: one ballot each, spoiled ones too. */
  readonly cast: number;
  readonly turnoutBasisPoints: number;
  /** Whether turnout reached the manifest's minimum. A result that is not valid is published and opens no task. */
  readonly isValid: boolean;
}

export interface CampaignResults {
  readonly turnout: Turnout;
  /** In the manifest's order. */
  readonly targets: readonly TargetResult[];
}

/**
 * Basis points are rounded down, everywhere: a share is then below a line of whole basis points exactly when its
 * published figure is.
 */
export function basisPoints(part: number, whole: number): number {
  return Number((BigInt(part) * BigInt(WHOLE_BASIS_POINTS)) / BigInt(whole));
}

/** Shares of passing and of bad grades among the grades given. */
export function sharesOf(counts: AnswerCounts, scale: Manifest['scale']): Shares {
  const given = (grades: readonly number[]): number =>
    grades.reduce((sum, grade) => sum + (counts.grades[grade - 1] ?? 0), 0);
  const answers = counts.grades.reduce((sum, count) => sum + count, 0);
  if (answers === 0) return { answers, passBasisPoints: null, badBasisPoints: null };
  return {
    answers,
    passBasisPoints: basisPoints(given(scale.passGrades), answers),
    badBasisPoints: basisPoints(given(scale.badGrades), answers),
  };
}

export function targetResult(targetId: string, counts: AnswerCounts, manifest: Manifest): TargetResult {
  const shares = sharesOf(counts, manifest.scale);
  const isBelowLine = shares.passBasisPoints !== null && shares.passBasisPoints < manifest.passLineBasisPoints;
  return { targetId, counts, ...shares, isBelowLine };
}

export function turnoutOf(manifest: Manifest, closing: ClosingDigest): Turnout {
  const slots = [...manifest.organisations, ...closing.addedSlots].reduce((sum, { slotCount }) => sum + slotCount, 0);
  const cast = closing.accepted - closing.replaced;
  const turnoutBasisPoints = basisPoints(cast, slots);
  return { slots, cast, turnoutBasisPoints, isValid: turnoutBasisPoints >= manifest.minTurnoutBasisPoints };
}

/** The targets that owe a rectification: below the line in a valid result. */
export function targetsBelowLine({ turnout, targets }: CampaignResults): string[] {
  return turnout.isValid ? targets.filter(({ isBelowLine }) => isBelowLine).map(({ targetId }) => targetId) : [];
}
