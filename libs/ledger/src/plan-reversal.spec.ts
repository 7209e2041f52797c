import { anAccountState } from '../test/account-states.js';
import { planReversal } from './plan-reversal.js';

describe('planReversal', () => {
  const original = {
    id: 'transfer',
    book: 'MINUTES',
    fromAccountId: 'from',
    toAccountId: 'to',
    units: 60,
    reversesId: null,
  } as const;

  it('gives the same units back', () => {
    expect(planReversal(original, anAccountState('from'), anAccountState('to', { balanceUnits: 60 }))).toMatchObject({
      kind: 'posted',
      debit: { accountId: 'to', units: -60 },
      credit: { accountId: 'from', units: 60 },
    });
  });

  it('refuses to take back what was spent since', () => {
    expect(planReversal(original, anAccountState('from'), anAccountState('to', { balanceUnits: 50 }))).toMatchObject({
      kind: 'insufficientBalance',
      shortfallUnits: 10,
    });
  });

  it('passes a frozen account and stops at a closed one', () => {
    const frozen = anAccountState('to', { balanceUnits: 60, status: 'FROZEN' });
    expect(planReversal(original, anAccountState('from'), frozen).kind).toBe('posted');
    const closed = anAccountState('from', { status: 'CLOSED' });
    expect(planReversal(original, closed, anAccountState('to', { balanceUnits: 60 })).kind).toBe('accountNotOpen');
  });

  it('refuses to correct a correction', () => {
    const reversal = { ...original, reversesId: 'another' };
    expect(planReversal(reversal, anAccountState('from'), anAccountState('to')).kind).toBe('isReversal');
  });
});
