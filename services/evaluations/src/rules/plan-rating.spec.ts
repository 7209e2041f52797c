import { planRating, type RatingFacts } from './plan-rating.js';

const facts: RatingFacts = {
  isPublished: true,
  isWithdrawn: false,
  hasTakenPart: true,
  hasRated: false,
  gradeCount: 5,
};

describe('planRating', () => {
  it.each([
    ['takes a rating of who took part', {}, { grade: 5, comment: ' ok ' }, { kind: 'rate', grade: 5, comment: 'ok' }],
    ['takes an empty comment as none', {}, { grade: 1, comment: '  ' }, { kind: 'rate', grade: 1, comment: null }],
    ['refuses before publication', { isPublished: false }, { grade: 1, comment: null }, { kind: 'notRateable' }],
    ['refuses after withdrawal', { isWithdrawn: true }, { grade: 1, comment: null }, { kind: 'notRateable' }],
    ['refuses who did not take part', { hasTakenPart: false }, { grade: 1, comment: null }, { kind: 'notTakenPart' }],
    ['refuses a second rating', { hasRated: true }, { grade: 1, comment: null }, { kind: 'alreadyRated' }],
    ['refuses a grade beyond the scale', { gradeCount: 3 }, { grade: 4, comment: null }, { kind: 'invalid' }],
  ])('%s', (_what, change, request, plan) => {
    expect(planRating(request, { ...facts, ...change })).toEqual(plan);
  });
});
