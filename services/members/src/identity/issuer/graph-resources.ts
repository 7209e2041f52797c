import type { Audience } from '@zhijia/access';
import { errors, type Grant, type ResourceServer } from 'oidc-provider';

/** Short, since what a role reaches is read again with each. */
export const accessTokenLivesSeconds = 5 * 60;

/** Nobody acts for a member any longer than this after the office ended, or the member moved out of its reach. */
export const agencyTokenLivesSeconds = 60;

/** The graph of one audience as a resource (RFC 8707), and the `aud` of its tokens. */
const resources: Readonly<Record<string, { audience: Audience; aud: string }>> = {
  'urn:zhijia:mobile': { audience: 'mobile', aud: 'zhijia-mobile' },
  'urn:zhijia:dashboard': { audience: 'dashboard', aud: 'zhijia-dashboard' },
  'urn:zhijia:bank': { audience: 'bank', aud: 'zhijia-bank' },
};

/** The one scope of the graph; what a viewer may do there, roles and consents say. */
const graphScope = 'graph';

export function resourceOf(audience: unknown): string {
  return `urn:zhijia:${String(audience)}`;
}

/** A client speaks to the audience it is registered for, and to no other. */
export function resourceServer(resource: string, audience: unknown): ResourceServer {
  const known = resources[resource];
  if (known === undefined || known.audience !== audience) throw new errors.InvalidTarget();
  return {
    scope: graphScope,
    audience: known.aud,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: 'ES256' } },
  };
}

/** What an application of the federation may reach for whoever uses it. */
export function grantAll(grant: Grant, audience: unknown): void {
  grant.addOIDCScope('openid offline_access');
  grant.addResourceScope(resourceOf(audience), graphScope);
}
