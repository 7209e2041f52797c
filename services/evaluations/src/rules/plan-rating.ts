/** What is known of a rectification and of one member before it. */
export interface RatingFacts {
  readonly isPublished: boolean;
  readonly isWithdrawn: boolean;
  readonly hasTakenPart: boolean;
  readonly hasRated: boolean;
  readonly gradeCount: number;
}

export type RatingPlan =
  | { readonly kind: 'rate'; readonly grade: number; readonly comment: string | null }
  | { readonly kind: 'notRateable' }
  | { readonly kind: 'notTakenPart' }
  | { readonly kind: 'alreadyRated' }
  | { readonly kind: 'invalid' };

const mostCommentCharacters = 500;

/** Who may rate a rectification follows from having taken part, never from what was answered. */
export function planRating(
  request: { readonly grade: number; readonly comment: string | null },
  facts: RatingFacts,
): RatingPlan {
  if (!facts.isPublished || facts.isWithdrawn) return { kind: 'notRateable' };
  if (!facts.hasTakenPart) return { kind: 'notTakenPart' };
  if (facts.hasRated) return { kind: 'alreadyRated' };
  const comment = request.comment?.trim() ?? '';
  if (request.grade < 1 || request.grade > facts.gradeCount || comment.length > mostCommentCharacters) {
    return { kind: 'invalid' };
  }
  return { kind: 'rate', grade: request.grade, comment: comment === '' ? null : comment };
}
