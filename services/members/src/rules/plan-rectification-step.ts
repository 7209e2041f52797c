/** Where a rectification stands. */
export type RectificationState = 'PLAN_DUE' | 'IN_PROGRESS' | 'AWAITING_PUBLICATION' | 'PUBLISHED' | 'WITHDRAWN';

/** What an officer can do to it. */
export type RectificationStep = 'FILE_PLAN' | 'ADD_EVIDENCE' | 'FILE_RESULT' | 'PUBLISH';

export type RectificationStepPlan =
  { kind: 'taken'; state: RectificationState } | { kind: 'outOfTurn'; state: RectificationState };

/**
 * A plan and a result can be filed again until they are published: officers correct themselves, and every filing stays
 * in the history. What is published or withdrawn is settled.
 */
const next: Readonly<Record<RectificationStep, Partial<Record<RectificationState, RectificationState>>>> = {
  FILE_PLAN: { PLAN_DUE: 'IN_PROGRESS', IN_PROGRESS: 'IN_PROGRESS' },
  ADD_EVIDENCE: { IN_PROGRESS: 'IN_PROGRESS', AWAITING_PUBLICATION: 'AWAITING_PUBLICATION' },
  FILE_RESULT: { IN_PROGRESS: 'AWAITING_PUBLICATION', AWAITING_PUBLICATION: 'AWAITING_PUBLICATION' },
  PUBLISH: { AWAITING_PUBLICATION: 'PUBLISHED' },
};

/** Whether a step has its turn in this state, and the state after it. */
export function planRectificationStep(state: RectificationState, step: RectificationStep): RectificationStepPlan {
  const after = next[step][state];
  return after === undefined ? { kind: 'outOfTurn', state } : { kind: 'taken', state: after };
}
