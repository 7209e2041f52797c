import { sharingPartnerConsent } from '@zhijia/policy';
import { planConsent, type ConsentPolicy } from './plan-consent.js';

const policy: ConsentPolicy = {
  key: sharingPartnerConsent.key,
  value: sharingPartnerConsent.default,
  version: 3,
  region: 'CN/44',
  source: 'test',
};

describe('planConsent', () => {
  it('offers what the purpose allows where the partner names nothing less', () => {
    expect(planConsent({ purpose: 'card-issuing' }, policy)).toMatchObject({
      kind: 'offered',
      offer: {
        purpose: 'card-issuing',
        fields: ['MEMBERSHIP', 'ORGANISATION', 'MASKED_NAME', 'MASKED_PHONE', 'VERIFICATION'],
        days: 90,
        noticeVersion: '2026-1',
        policyRegion: 'CN/44',
        policyVersion: 3,
      },
    });
  });

  it('offers less where less is asked for, each field once and in the order of the policy', () => {
    const plan = planConsent(
      { purpose: 'card-issuing', fields: ['MASKED_NAME', 'MEMBERSHIP', 'MASKED_NAME'], days: 7 },
      policy,
    );
    expect(plan).toMatchObject({ kind: 'offered', offer: { fields: ['MEMBERSHIP', 'MASKED_NAME'], days: 7 } });
  });

  it('knows no other purpose', () => {
    expect(planConsent({ purpose: 'advertising' }, policy)).toEqual({ kind: 'purposeUnknown' });
  });

  it('names the fields that the purpose does not need', () => {
    const request = { purpose: 'card-issuing', fields: ['POINTS', 'MEMBERSHIP', 'TIME_ACCOUNT'] } as const;
    expect(planConsent(request, policy)).toEqual({ kind: 'fieldsBeyondPurpose', fields: ['POINTS', 'TIME_ACCOUNT'] });
  });

  it('lets no term pass the longest of the purpose', () => {
    expect(planConsent({ purpose: 'card-issuing', days: 91 }, policy)).toEqual({ kind: 'termTooLong', maxDays: 90 });
  });
});
