import { planRating } from './plan-rating.js';

/** A published rectification with its figures, and the viewer before it. */
export interface FollowUpFacts {
  readonly rectificationId: string;
  readonly isWithdrawn: boolean;
  /** Grade 1 first. */
  readonly gradeCounts: readonly number[];
  readonly gradeCount: number;
  readonly badFromGrade: number;
  readonly hasTakenPart: boolean;
  readonly myGrade: number | null;
  readonly myComment: string | null;
  readonly myRatedAt: string | null;
}

export interface MayRate {
  readonly isPossible: boolean;
  readonly obstacle: 'NOT_TAKEN_PART' | 'ALREADY_RATED' | 'WITHDRAWN' | null;
  readonly messageZh: string;
  readonly messageEn: string;
}

export interface FollowUp {
  readonly rectificationId: string;
  readonly answers: number;
  readonly gradeCounts: readonly number[];
  readonly passShare: number | null;
  readonly badShare: number | null;
  readonly mayRate: MayRate;
  readonly myRating: { readonly grade: number; readonly comment: string | null; readonly ratedAt: string } | null;
}

/** The figures of a follow-up, and what the viewer may still do. Shares are rounded down. */
export function followUpOf(facts: FollowUpFacts): FollowUp {
  const answers = sum(facts.gradeCounts);
  const bad = sum(facts.gradeCounts.slice(facts.badFromGrade - 1));
  const share = (part: number): number | null => (answers === 0 ? null : Math.floor((part * 10_000) / answers));
  return {
    rectificationId: facts.rectificationId,
    answers,
    gradeCounts: facts.gradeCounts,
    passShare: share(answers - bad),
    badShare: share(bad),
    mayRate: mayRate(facts),
    myRating:
      facts.myGrade === null || facts.myRatedAt === null
        ? null
        : { grade: facts.myGrade, comment: facts.myComment, ratedAt: facts.myRatedAt },
  };
}

function mayRate(facts: FollowUpFacts): MayRate {
  const { kind } = planRating(
    { grade: 1, comment: null },
    { ...facts, isPublished: true, hasRated: facts.myGrade !== null },
  );
  switch (kind) {
    case 'notTakenPart':
      return no(
        'NOT_TAKEN_PART',
        '仅参加过该次评议的会员可以评价整改。',
        'Only who took part in the campaign may rate it.',
      );
    case 'alreadyRated':
      return no('ALREADY_RATED', '您已评价过该项整改。', 'You have rated it.');
    case 'notRateable':
      return no('WITHDRAWN', '该项整改已撤销。', 'The rectification was withdrawn.');
    case 'rate':
    case 'invalid':
      return { isPossible: true, obstacle: null, messageZh: '您可以评价该项整改。', messageEn: 'You may rate it.' };
  }
}

function no(obstacle: NonNullable<MayRate['obstacle']>, messageZh: string, messageEn: string): MayRate {
  return { isPossible: false, obstacle, messageZh, messageEn };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
