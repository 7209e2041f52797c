import { planRectificationStep, type RectificationState, type RectificationStep } from './plan-rectification-step.js';

const states: RectificationState[] = ['PLAN_DUE', 'IN_PROGRESS', 'AWAITING_PUBLICATION', 'PUBLISHED', 'WITHDRAWN'];

describe('a rectification', () => {
  it.each<[RectificationStep, (RectificationState | null)[]]>([
    ['FILE_PLAN', ['IN_PROGRESS', 'IN_PROGRESS', null, null, null]],
    ['ADD_EVIDENCE', [null, 'IN_PROGRESS', 'AWAITING_PUBLICATION', null, null]],
    ['FILE_RESULT', [null, 'AWAITING_PUBLICATION', 'AWAITING_PUBLICATION', null, null]],
    ['PUBLISH', [null, null, 'PUBLISHED', null, null]],
  ])('goes on with %s in the states %j', (step, expected) => {
    const outcomes = states.map((state) => planRectificationStep(state, step));
    expect(outcomes.map((outcome) => (outcome.kind === 'taken' ? outcome.state : null))).toEqual(expected);
  });

  it('names the state that refused', () => {
    expect(planRectificationStep('PUBLISHED', 'FILE_PLAN')).toEqual({ kind: 'outOfTurn', state: 'PUBLISHED' });
  });
});
