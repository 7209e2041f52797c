import type { Grant, KoaContextWithOIDC } from 'oidc-provider';
import { grantAll } from './graph-resources.js';

/**
 * What whoever signs in has granted to the client already.
 *
 * The federation's own applications act for the person who signs in: there is nothing to ask them about. A partner
 * holds what the member agreed to on the page of this request, and nothing from before; so does an officer's.
 */
export async function loadGrant({ oidc }: KoaContextWithOIDC): Promise<Grant | undefined> {
  const { client, session, provider } = oidc;
  if (client === undefined || session?.accountId === undefined) return undefined;
  if (client['organisation_id'] !== undefined || oidc.params?.['authorization_details'] !== undefined) {
    const agreed = oidc.result?.consent?.grantId;
    return agreed === undefined ? undefined : provider.Grant.find(agreed);
  }
  const knownId = session.grantIdFor(client.clientId);
  const known = knownId === undefined ? undefined : await provider.Grant.find(knownId);
  // What an officer was let do for a member is not the officer's own.
  if (known !== undefined && known.rar === undefined) return known;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grantAll(grant, client['audience']);
  await grant.save();
  return grant;
}
