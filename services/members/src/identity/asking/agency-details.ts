import { errors, type Client } from 'oidc-provider';
import { z } from 'zod';

/** The type of `authorization_details` by which an officer's application asks to act for a member. */
export const agencyDetailsType = 'urn:zhijia:acting-for';

const askedSchema = z.tuple([z.strictObject({ type: z.literal(agencyDetailsType) })]);

export function asksForAgency(params: Readonly<Record<string, unknown>>): boolean {
  const text = params['authorization_details'];
  return typeof text === 'string' && askedSchema.safeParse(JSON.parse(text)).success;
}

/** @throws errors.InvalidAuthorizationDetails */
export function refuseAgencyDetails(params: Readonly<Record<string, unknown>>, client: Client): void {
  if (client['organisation_id'] !== undefined || client['audience'] !== 'mobile') {
    throw new errors.InvalidAuthorizationDetails("a federation's own application for members acts for them");
  }
  if (!asksForAgency(params)) throw new errors.InvalidAuthorizationDetails('one type and nothing else is asked for');
}

/** The agency under which a token was given. */
export function agencyIn(rar: readonly object[] | undefined): string | null {
  const found = z.tuple([z.object({ type: z.literal(agencyDetailsType), identifier: z.uuid() })]).safeParse(rar);
  return found.success ? found.data[0].identifier : null;
}
