import { planVisitReversal, type ReversalFacts } from './plan-visit-reversal.js';

const facts: ReversalFacts = { isReversed: false, depositorMemberId: 'depositor', reversingMemberId: 'officer' };

describe('planVisitReversal', () => {
  it('takes a visit back for a reason', () => {
    expect(planVisitReversal(' wrong day ', facts)).toEqual({ kind: 'reverse', reason: 'wrong day' });
  });

  it('wants a reason of 1 to 500 characters', () => {
    expect(planVisitReversal('  ', facts).kind).toBe('reasonMissing');
    expect(planVisitReversal('x'.repeat(501), facts).kind).toBe('reasonMissing');
  });

  it('lets nobody take back their own', () => {
    expect(planVisitReversal('why', { ...facts, reversingMemberId: 'depositor' }).kind).toBe('ownAccount');
  });

  it('takes back once', () => {
    expect(planVisitReversal('why', { ...facts, isReversed: true }).kind).toBe('alreadyReversed');
  });
});
