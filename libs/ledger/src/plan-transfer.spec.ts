import { anAccountState } from '../test/account-states.js';
import { planTransfer } from './plan-transfer.js';

describe('planTransfer', () => {
  const request = { book: 'MINUTES', fromAccountId: 'from', toAccountId: 'to', units: 60 } as const;

  it('takes from one account what it gives to the other', () => {
    const plan = planTransfer(request, anAccountState('from', { balanceUnits: 100, version: 7 }), anAccountState('to'));
    expect(plan).toEqual({
      kind: 'posted',
      debit: { accountId: 'from', units: -60, balanceBeforeUnits: 100, balanceAfterUnits: 40, accountVersion: 8 },
      credit: { accountId: 'to', units: 60, balanceBeforeUnits: 0, balanceAfterUnits: 60, accountVersion: 1 },
    });
  });

  it('reaches the floor and refuses to pass it', () => {
    const from = anAccountState('from', { balanceUnits: 20, floorUnits: -40 });
    expect(planTransfer(request, from, anAccountState('to')).kind).toBe('posted');
    expect(planTransfer({ ...request, units: 61 }, from, anAccountState('to'))).toEqual({
      kind: 'insufficientBalance',
      accountId: 'from',
      shortfallUnits: 1,
    });
  });

  it('counts what is held against the floor', () => {
    const from = anAccountState('from', { balanceUnits: 100, heldUnits: 41 });
    expect(planTransfer(request, from, anAccountState('to'))).toMatchObject({
      kind: 'insufficientBalance',
      shortfallUnits: 1,
    });
  });

  it('reaches the cap and refuses to pass it', () => {
    const from = anAccountState('from', { floorUnits: null });
    expect(planTransfer(request, from, anAccountState('to', { capUnits: 60 })).kind).toBe('posted');
    expect(planTransfer(request, from, anAccountState('to', { capUnits: 50 }))).toEqual({
      kind: 'capExceeded',
      accountId: 'to',
      excessUnits: 10,
    });
  });

  it('lets issuance go below zero without end', () => {
    const from = anAccountState('from', { floorUnits: null, balanceUnits: -1_000_000 });
    expect(planTransfer(request, from, anAccountState('to')).kind).toBe('posted');
  });

  it('lets nothing leave a frozen account, and lets credits arrive', () => {
    const frozen = { balanceUnits: 100, status: 'FROZEN' } as const;
    expect(planTransfer(request, anAccountState('from', frozen), anAccountState('to'))).toEqual({
      kind: 'accountNotOpen',
      accountId: 'from',
      status: 'FROZEN',
    });
    const from = anAccountState('from', { balanceUnits: 100 });
    expect(planTransfer(request, from, anAccountState('to', frozen)).kind).toBe('posted');
  });

  it('lets nothing arrive in a closed account', () => {
    const from = anAccountState('from', { balanceUnits: 100 });
    expect(planTransfer(request, from, anAccountState('to', { status: 'CLOSED' }))).toMatchObject({
      kind: 'accountNotOpen',
      accountId: 'to',
    });
  });

  it('refuses unknown accounts, the same account twice and an account of another book', () => {
    const from = anAccountState('from', { balanceUnits: 100 });
    expect(planTransfer(request, null, from)).toEqual({ kind: 'accountUnknown', accountId: 'from' });
    expect(planTransfer(request, from, null)).toEqual({ kind: 'accountUnknown', accountId: 'to' });
    expect(planTransfer({ ...request, toAccountId: 'from' }, from, from)).toMatchObject({ kind: 'sameAccount' });
    expect(planTransfer(request, from, anAccountState('to', { book: 'WELFARE_FEN' }))).toEqual({
      kind: 'bookMismatch',
      accountId: 'to',
      accountBook: 'WELFARE_FEN',
    });
  });

  it('stops at units that are not a positive whole number', () => {
    for (const units of [0, -1, 0.5, Number.NaN, 2 ** 53]) {
      expect(() => planTransfer({ ...request, units }, anAccountState('from'), anAccountState('to'))).toThrow(
        RangeError,
      );
    }
  });

  it('stops at a balance that a number cannot hold', () => {
    const from = anAccountState('from', { floorUnits: null });
    const full = anAccountState('to', { balanceUnits: Number.MAX_SAFE_INTEGER });
    expect(() => planTransfer(request, from, full)).toThrow(RangeError);
  });
});
