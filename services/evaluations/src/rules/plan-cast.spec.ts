import { planCast, type CastFacts } from './plan-cast.js';

const open: CastFacts = {
  state: 'OPEN',
  hasBegun: true,
  isOver: false,
  opensAt: '2026-11-01T00:00:00.000Z',
  closedAt: null,
  annulledAt: null,
  slot: 'slot',
  earlier: null,
  currentHash: null,
  hasTakenPart: false,
};

describe('planCast', () => {
  const cases: readonly (readonly [what: string, change: Partial<CastFacts>, isHashKnown: boolean, plan: object])[] = [
    ['accepts a first ballot', {}, false, { kind: 'first' }],
    ['replaces the ballot that stands', { currentHash: 'b' }, false, { kind: 'replace', replacedHash: 'b' }],
    ['refuses a hash that was accepted before', { currentHash: 'b' }, true, { kind: 'repeated' }],
    [
      'replays the same request, also after closing',
      { state: 'CLOSING', isOver: true, earlier: { envelopeHash: 'a', replacedHash: 'z' }, currentHash: 'b' },
      true,
      { kind: 'replay', replacedHash: 'z' },
    ],
    [
      'refuses the same key with another ballot',
      { earlier: { envelopeHash: 'b', replacedHash: null } },
      false,
      { kind: 'keyReused' },
    ],
    ['refuses before the beginning', { hasBegun: false }, false, { kind: 'notOpen', opensAt: open.opensAt }],
    [
      'refuses while the campaign is prepared',
      { state: 'PREPARING' },
      false,
      { kind: 'notOpen', opensAt: open.opensAt },
    ],
    [
      'refuses from the deadline on, whatever the state says',
      { isOver: true },
      false,
      { kind: 'closed', closedAt: null },
    ],
    [
      'refuses in a closed campaign',
      { state: 'CLOSING', closedAt: 'then' },
      false,
      { kind: 'closed', closedAt: 'then' },
    ],
    [
      'refuses in a finished campaign, whose slots are gone',
      { state: 'PUBLISHED', slot: null },
      false,
      { kind: 'closed', closedAt: null },
    ],
    ['refuses who has no slot', { slot: null }, false, { kind: 'notInElectorate' }],
    [
      'refuses in an annulled campaign',
      { state: 'ANNULLED', annulledAt: 'then', slot: null },
      false,
      { kind: 'annulled', annulledAt: 'then' },
    ],
  ];
  it.each(cases)('%s', (_what, change, isHashKnown, plan) => {
    expect(planCast({ ...open, ...change }, 'a', isHashKnown)).toEqual(plan);
  });
});
