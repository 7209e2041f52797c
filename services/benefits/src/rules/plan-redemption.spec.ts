import { planRedemption, type RedemptionFacts } from './plan-redemption.js';

const offer = {
  pricePoints: 100,
  remainingStock: 1,
  perMemberLimit: 2,
  hasStarted: true,
  hasEnded: false,
  isWithdrawn: false,
};
const facts: RedemptionFacts = { offer, redeemedBefore: 1, accountStatus: 'OPEN', availablePoints: 100 };

describe('planRedemption', () => {
  it('redeems the last piece with the last points', () => {
    expect(planRedemption(facts)).toEqual({ kind: 'redeem', points: 100 });
  });

  it.each([
    ['no offer for the member', { offer: null }, 'UNKNOWN'],
    ['an offer to come', { offer: { ...offer, hasStarted: false } }, 'NOT_STARTED'],
    ['an offer that ended', { offer: { ...offer, hasEnded: true } }, 'ENDED'],
    ['an offer that was withdrawn', { offer: { ...offer, isWithdrawn: true } }, 'WITHDRAWN'],
  ])('refuses %s', (_what, changes, reason) => {
    expect(planRedemption({ ...facts, ...changes })).toEqual({ kind: 'offerNotAvailable', reason });
  });

  it('keeps the limit per member', () => {
    expect(planRedemption({ ...facts, redeemedBefore: 2 })).toEqual({
      kind: 'redemptionLimitReached',
      perMemberLimit: 2,
    });
  });

  it('gives no more than there is', () => {
    expect(planRedemption({ ...facts, offer: { ...offer, remainingStock: 0 } })).toEqual({ kind: 'offerSoldOut' });
  });

  it('takes from an open account that holds the price', () => {
    expect(planRedemption({ ...facts, accountStatus: 'FROZEN' })).toEqual({ kind: 'accountFrozen' });
    expect(planRedemption({ ...facts, availablePoints: 60 })).toEqual({
      kind: 'insufficientPoints',
      shortfallPoints: 40,
    });
  });
});
