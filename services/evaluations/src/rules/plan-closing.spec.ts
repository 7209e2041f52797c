import { planClosing, type ClosingFacts } from './plan-closing.js';

const open: ClosingFacts = {
  state: 'OPEN',
  hasBegun: true,
  isOver: false,
  opensAt: 'morning',
  closedAt: null,
  annulledAt: null,
};

describe('planClosing', () => {
  it.each([
    ['closes a campaign in which voting runs', {}, { kind: 'closing' }],
    ['does not close before voting began', { hasBegun: false }, { kind: 'notOpen', opensAt: 'morning' }],
    ['does not close in preparation', { state: 'PREPARING' }, { kind: 'notOpen', opensAt: 'morning' }],
    ['closes once', { state: 'CLOSING', closedAt: 'noon' }, { kind: 'closed', closedAt: 'noon' }],
    [
      'does not close a finished campaign',
      { state: 'NOT_VALID', closedAt: 'noon' },
      { kind: 'closed', closedAt: 'noon' },
    ],
    [
      'does not close an annulled campaign',
      { state: 'ANNULLED', annulledAt: 'noon' },
      { kind: 'annulled', annulledAt: 'noon' },
    ],
  ])('%s', (_what, change, plan) => {
    expect(planClosing({ ...open, ...change })).toEqual(plan);
  });
});
