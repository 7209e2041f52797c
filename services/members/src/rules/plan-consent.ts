import type { ConsentField } from '@zhijia/contracts';
import type { PolicyInForce, PolicyValue, sharingPartnerConsent } from '@zhijia/policy';

export type ConsentPolicy = PolicyInForce<PolicyValue<typeof sharingPartnerConsent>>;

/** What a partner asks a member for. */
export interface ConsentRequest {
  readonly purpose: string;
  /** All that the purpose allows where none are named. */
  readonly fields?: readonly ConsentField[] | undefined;
  /** As long as the purpose allows where nothing is said. */
  readonly days?: number | undefined;
}

/** What the member is shown and, having agreed, has agreed to. */
export interface ConsentOffer {
  readonly purpose: string;
  readonly purposeZh: string;
  readonly purposeEn: string;
  readonly necessityZh: string;
  readonly necessityEn: string;
  readonly fields: readonly ConsentField[];
  readonly days: number;
  readonly noticeVersion: string;
  readonly policyRegion: string | null;
  readonly policyVersion: number;
  readonly askAgainAfterDays: number;
}

export type ConsentPlan =
  | { kind: 'offered'; offer: ConsentOffer }
  | { kind: 'purposeUnknown' }
  | { kind: 'fieldsBeyondPurpose'; fields: readonly ConsentField[] }
  | { kind: 'termTooLong'; maxDays: number };

/** A partner may ask for what the policy allows its purpose, or for less. */
export function planConsent(request: ConsentRequest, { value, region, version }: ConsentPolicy): ConsentPlan {
  const purpose = value.purposes.find(({ code }) => code === request.purpose);
  if (purpose === undefined) return { kind: 'purposeUnknown' };
  const beyond = request.fields?.filter((field) => !purpose.fields.includes(field)) ?? [];
  if (beyond.length > 0) return { kind: 'fieldsBeyondPurpose', fields: beyond };
  const days = request.days ?? purpose.maxDays;
  if (days > purpose.maxDays) return { kind: 'termTooLong', maxDays: purpose.maxDays };
  return {
    kind: 'offered',
    offer: {
      purpose: purpose.code,
      purposeZh: purpose.nameZh,
      purposeEn: purpose.nameEn,
      necessityZh: purpose.necessityZh,
      necessityEn: purpose.necessityEn,
      // In the order of the policy, each once, whatever the partner wrote.
      fields: purpose.fields.filter((field) => request.fields?.includes(field) ?? true),
      days,
      noticeVersion: value.noticeVersion,
      policyRegion: region,
      policyVersion: version,
      askAgainAfterDays: value.askAgainAfterDays,
    },
  };
}
