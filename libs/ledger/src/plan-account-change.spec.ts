import { anAccountState } from '../test/account-states.js';
import { planLimitsChange, planStatusChange } from './plan-account-change.js';

describe('planStatusChange', () => {
  it('freezes and opens again', () => {
    expect(planStatusChange(anAccountState('a', { balanceUnits: 5 }), 'FROZEN').kind).toBe('changed');
    expect(planStatusChange(anAccountState('a', { balanceUnits: 5, status: 'FROZEN' }), 'OPEN').kind).toBe('changed');
  });

  it('closes what is empty alone, and for good', () => {
    expect(planStatusChange(anAccountState('a'), 'CLOSED').kind).toBe('changed');
    expect(planStatusChange(anAccountState('a', { balanceUnits: -5, floorUnits: -10 }), 'CLOSED')).toEqual({
      kind: 'accountNotEmpty',
      balanceUnits: -5,
      heldUnits: 0,
    });
    expect(planStatusChange(anAccountState('a', { status: 'CLOSED' }), 'OPEN').kind).toBe('accountClosed');
    expect(planStatusChange(null, 'CLOSED').kind).toBe('accountUnknown');
  });
});

describe('planLimitsChange', () => {
  const account = anAccountState('a', { balanceUnits: 50, heldUnits: 20 });

  it('accepts limits around the balance and its holds', () => {
    expect(planLimitsChange(account, { floorUnits: 30, capUnits: 50 }).kind).toBe('changed');
    expect(planLimitsChange(account, { floorUnits: null, capUnits: null }).kind).toBe('changed');
  });

  it('refuses limits that leave the balance outside', () => {
    expect(planLimitsChange(account, { floorUnits: 31, capUnits: null }).kind).toBe('balanceOutsideLimits');
    expect(planLimitsChange(account, { floorUnits: 0, capUnits: 49 }).kind).toBe('balanceOutsideLimits');
  });

  it('refuses an account that is unknown or closed', () => {
    const limits = { floorUnits: 0, capUnits: null };
    expect(planLimitsChange(null, limits).kind).toBe('accountUnknown');
    expect(planLimitsChange(anAccountState('a', { status: 'CLOSED' }), limits).kind).toBe('accountClosed');
  });
});
