import { planOffer, type OfferRequest } from './plan-offer.js';

const now = '2026-11-23T01:00:00.000Z';
const request: OfferRequest = {
  organisationId: 'union',
  merchantNameZh: ' 某书店 ',
  merchantNameEn: null,
  titleZh: '图书券',
  titleEn: ' A book ',
  pricePoints: 100,
  stock: 10,
  perMemberLimit: 1,
  startsAt: null,
  endsAt: '2026-12-23T01:00:00.000Z',
};

describe('planOffer', () => {
  it('starts at once where no start is named, and trims names', () => {
    expect(planOffer(request, now)).toEqual({
      kind: 'create',
      offer: { ...request, merchantNameZh: '某书店', titleEn: 'A book', startsAt: now },
    });
  });

  it.each([
    [{ merchantNameZh: ' ' }, 'merchantNameZh'],
    [{ merchantNameEn: '' }, 'merchantNameEn'],
    [{ titleZh: 'x'.repeat(101) }, 'titleZh'],
    [{ titleEn: ' ' }, 'titleEn'],
    [{ pricePoints: 0 }, 'pricePoints'],
    [{ pricePoints: 10_000_001 }, 'pricePoints'],
    [{ stock: 0 }, 'stock'],
    [{ stock: 1.5 }, 'stock'],
    [{ perMemberLimit: 11 }, 'perMemberLimit'],
    [{ endsAt: now }, 'endsAt'],
    [{ startsAt: '2026-12-23T01:00:00.000Z' }, 'endsAt'],
    [{ startsAt: '2026-01-01T00:00:00.000Z', endsAt: '2026-11-01T00:00:00.000Z' }, 'endsAt'],
    [{ endsAt: '2029-11-23T01:00:00.001Z' }, 'endsAt'],
  ])('refuses %j', (changes, field) => {
    expect(planOffer({ ...request, ...changes }, now)).toEqual({ kind: 'offerInvalid', field });
  });
});
