import { anAccountState } from '../test/account-states.js';
import { planHoldPost, planHoldVoid, planReserve, type HoldState } from './plan-hold.js';

const request = { book: 'MINUTES', fromAccountId: 'from', toAccountId: 'to', units: 60 } as const;
const hold: HoldState = { ...request, id: 'hold', status: 'HELD', isOverdue: false };

describe('planReserve', () => {
  it('sets aside what is free and refuses what another hold has', () => {
    const from = anAccountState('from', { balanceUnits: 100, heldUnits: 40 });
    expect(planReserve(request, false, from, anAccountState('to'))).toEqual({ kind: 'reserved' });
    expect(planReserve({ ...request, units: 61 }, false, from, anAccountState('to'))).toMatchObject({
      kind: 'insufficientBalance',
      shortfallUnits: 1,
    });
  });

  it('does not ask the cap of the receiver yet', () => {
    const from = anAccountState('from', { balanceUnits: 100 });
    expect(planReserve(request, false, from, anAccountState('to', { capUnits: 0 })).kind).toBe('reserved');
  });

  it('refuses a hold that would run out at once', () => {
    const from = anAccountState('from', { balanceUnits: 100 });
    expect(planReserve(request, true, from, anAccountState('to'))).toEqual({ kind: 'expiresInThePast' });
  });
});

describe('planHoldPost', () => {
  const from = anAccountState('from', { balanceUnits: 60, heldUnits: 60 });

  it('posts the whole hold, or a part of it, from the units it set aside', () => {
    expect(planHoldPost(hold, 60, from, anAccountState('to'))).toMatchObject({
      kind: 'posted',
      debit: { units: -60, balanceAfterUnits: 0 },
    });
    expect(planHoldPost(hold, 20, from, anAccountState('to'))).toMatchObject({ debit: { units: -20 } });
  });

  it('refuses more than is held', () => {
    expect(planHoldPost(hold, 61, from, anAccountState('to'))).toEqual({
      kind: 'unitsAboveHold',
      holdId: 'hold',
      heldUnits: 60,
    });
  });

  it('asks the cap of the receiver', () => {
    expect(planHoldPost(hold, 60, from, anAccountState('to', { capUnits: 59 })).kind).toBe('capExceeded');
  });

  it('leaves the units of other holds alone', () => {
    const other = anAccountState('from', { balanceUnits: 60, heldUnits: 100, floorUnits: -40 });
    expect(planHoldPost(hold, 60, other, anAccountState('to')).kind).toBe('posted');
  });

  it('refuses what ran out, whether it was marked or not', () => {
    for (const overdue of [
      { ...hold, isOverdue: true },
      { ...hold, status: 'EXPIRED' as const, isOverdue: true },
    ]) {
      expect(planHoldPost(overdue, 60, from, anAccountState('to'))).toEqual({ kind: 'holdExpired', holdId: 'hold' });
    }
  });

  it('refuses what was settled', () => {
    expect(planHoldPost({ ...hold, status: 'VOIDED' }, 60, from, anAccountState('to'))).toEqual({
      kind: 'holdSettled',
      holdId: 'hold',
      status: 'VOIDED',
    });
  });

  it('lets nothing leave an account that was frozen meanwhile', () => {
    expect(planHoldPost(hold, 60, { ...from, status: 'FROZEN' }, anAccountState('to')).kind).toBe('accountNotOpen');
  });
});

describe('planHoldVoid', () => {
  it('releases an open hold, also one that ran out unmarked', () => {
    expect(planHoldVoid(hold)).toEqual({ kind: 'voided' });
    expect(planHoldVoid({ ...hold, isOverdue: true })).toEqual({ kind: 'voided' });
  });

  it('refuses what was posted', () => {
    expect(planHoldVoid({ ...hold, status: 'POSTED' })).toMatchObject({ kind: 'holdSettled', status: 'POSTED' });
  });
});
