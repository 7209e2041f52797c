import { consentFields } from '@zhijia/contracts';
import { errors, type AuthorizationDetail, type Client } from 'oidc-provider';
import { z } from 'zod';
import { planConsent, type ConsentPolicy } from '../../rules/plan-consent.js';

/** The type of `authorization_details` (RFC 9396) by which a partner asks a member for a consent. */
export const consentDetailsType = 'urn:zhijia:member-consent';

const detailsSchema = z.strictObject({
  type: z.literal(consentDetailsType),
  purpose: z.string(),
  fields: z.array(z.enum(consentFields)).min(1).optional(),
  days: z.int().min(1).optional(),
});

export type ConsentDetails = z.infer<typeof detailsSchema>;

/** What a request asks for, once the library has let it through `refuseConsentDetails`; null where it asks for none. */
export function consentDetailsIn(params: Readonly<Record<string, unknown>>): ConsentDetails | null {
  const text = params['authorization_details'];
  if (typeof text !== 'string') return null;
  const [details] = z.tuple([detailsSchema]).parse(JSON.parse(text));
  return details;
}

/**
 * Refuses what no member could be asked for.
 *
 * @throws errors.InvalidAuthorizationDetails with what is wrong, for the partner's developer
 */
export function refuseConsentDetails(
  params: Readonly<Record<string, unknown>>,
  detail: AuthorizationDetail,
  client: Client,
  policy: ConsentPolicy,
): void {
  if (client['organisation_id'] === undefined) throw refusal('partners alone ask for consents');
  const all: unknown = JSON.parse(String(params['authorization_details']));
  // A separate consent is one for one purpose: PIPL, article 23.
  if (!Array.isArray(all) || all.length !== 1) throw refusal('one consent is asked for at a time');
  const parsed = detailsSchema.safeParse(detail);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw refusal(`${issue?.path.join('.') || 'the object'}: ${issue?.message ?? 'malformed'}`);
  }
  const plan = planConsent(parsed.data, policy);
  switch (plan.kind) {
    case 'offered':
      return;
    case 'purposeUnknown':
      throw refusal(`there is no such purpose; known are ${policy.value.purposes.map(({ code }) => code).join(', ')}`);
    case 'fieldsBeyondPurpose':
      throw refusal(`the purpose does not need ${plan.fields.join(', ')}`);
    case 'termTooLong':
      throw refusal(`the purpose allows ${plan.maxDays} days at most`);
  }
}

function refusal(what: string): errors.InvalidAuthorizationDetails {
  return new errors.InvalidAuthorizationDetails(what);
}
