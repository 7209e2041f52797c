import type { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Audience } from '@zhijia/access';
import {
  errors,
  interactionPolicy,
  Provider,
  type Configuration,
  type Grant,
  type ResourceServer,
} from 'oidc-provider';
import type { JWK } from 'jose';
import type { AgenciesStore } from '../agencies/agencies.store.js';
import type { ConsentPolicy } from '../rules/plan-consent.js';
import type { AccountsStore } from './accounts.store.js';
import { agencyDetailsType, agencyIn, asksForAgency, refuseAgencyDetails } from './agency-details.js';
import { consentDetailsType, refuseConsentDetails } from './consent-details.js';
import { IssuerAdapter } from './issuer-adapter.js';
import type { IssuerClientsStore, RegisteredClient } from './issuer-clients.store.js';
import type { IssuerRecordsStore } from './issuer-records.store.js';

const minutes = 60;
const days = 24 * 60 * minutes;
const accessTokenLivesSeconds = 5 * minutes;

/** FAPI 2.0 Security Profile, 5.3.2.1: a server accepts clocks up to 10 seconds ahead and refuses those of a minute. */
const clockAheadSeconds = 10;
const assertionLivesAtMostSeconds = 5 * minutes;

/** The graph of one audience as a resource (RFC 8707), and the `aud` of its tokens. */
const resources: Readonly<Record<string, { audience: Audience; aud: string }>> = {
  'urn:zhijia:mobile': { audience: 'mobile', aud: 'zhijia-mobile' },
  'urn:zhijia:dashboard': { audience: 'dashboard', aud: 'zhijia-dashboard' },
  'urn:zhijia:bank': { audience: 'bank', aud: 'zhijia-bank' },
};

/** The one scope of the graph; what a viewer may do there, roles and consents say. */
const graphScope = 'graph';

export interface ProviderParts {
  readonly issuerUrl: string;
  readonly keys: readonly JWK[];
  readonly cookieKeys: readonly string[];
  readonly records: IssuerRecordsStore;
  readonly clients: IssuerClientsStore;
  readonly accounts: AccountsStore;
  readonly agencies: AgenciesStore;
  /** The certificate of the connection that a request came over. */
  readonly certificateOf: (request: IncomingMessage) => X509Certificate | null;
  /** What partners may ask members for, today. */
  readonly consentPolicy: () => Promise<ConsentPolicy>;
}

/**
 * The OpenID Connect issuer of one federation. People come by authorization code with PKCE; partners' servers by client
 * credentials, signed assertions and sender-constrained tokens (DPoP, or mutual TLS), after FAPI 2.0. Access tokens live five minutes:
 * what a role reaches is read again with each.
 */
export function createProvider(parts: ProviderParts): Provider {
  const { accounts, clients } = parts;
  const configuration: Configuration = {
    adapter: (model) => new IssuerAdapter(model, parts.records, clients),
    jwks: { keys: parts.keys.map((key) => ({ ...key })) },
    cookies: {
      keys: [...parts.cookieKeys],
      long: { httpOnly: true, sameSite: 'lax', signed: true },
      short: { httpOnly: true, sameSite: 'lax', signed: true },
    },
    clientDefaults: { id_token_signed_response_alg: 'ES256', token_endpoint_auth_method: 'none' },
    clientAuthMethods: ['none', 'private_key_jwt'],
    enabledJWA: {
      clientAuthSigningAlgValues: ['PS256', 'ES256'],
      idTokenSigningAlgValues: ['ES256'],
      dPoPSigningAlgValues: ['PS256', 'ES256'],
    },
    clockTolerance: clockAheadSeconds,
    responseTypes: ['code'],
    scopes: ['openid', 'offline_access'],
    claims: { openid: ['sub'] },
    pkce: { required: () => true },
    extraClientMetadata: { properties: ['audience', 'organisation_id'] },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: true },
      revocation: { enabled: true },
      clientCredentials: { enabled: true },
      dPoP: { enabled: true },
      mTLS: {
        enabled: true,
        certificateBoundAccessTokens: true,
        // Whose server it is, its signed assertion says; the certificate is what the token is bound to.
        getCertificate: (ctx) => parts.certificateOf(ctx.req) ?? undefined,
      },
      pushedAuthorizationRequests: { enabled: true },
      richAuthorizationRequests: {
        enabled: true,
        types: {
          [consentDetailsType]: {
            validate: async (ctx, detail, client) =>
              refuseConsentDetails(ctx.oidc.params ?? {}, detail, client, await parts.consentPolicy()),
          },
          [agencyDetailsType]: {
            validate: async (ctx, _detail, client) => refuseAgencyDetails(ctx.oidc.params ?? {}, client),
          },
        },
        // What the member agreed to on the page, and nothing that was only asked for.
        authorizationDetailsForGrantSource: async (ctx) => ctx.oidc.entities.Grant?.rar,
        authorizationDetailsForAccessToken: async (_ctx, _token, source) => {
          if (source === undefined) throw new errors.InvalidAuthorizationDetails('a member gives a consent, on a page');
          return source.rar;
        },
        authorizationDetailsForIntrospection: async () => undefined,
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: async (_ctx, client) => resourceOf(client['audience']),
        useGrantedResource: async () => true,
        getResourceServerInfo: async (_ctx, resource, client) => resourceServer(resource, client['audience']),
      },
    },
    ttl: {
      AccessToken: accessTokenLivesSeconds,
      ClientCredentials: accessTokenLivesSeconds,
      AuthorizationCode: 1 * minutes,
      IdToken: 5 * minutes,
      Interaction: 15 * minutes,
      Session: 1 * days,
      // An officer acts for a member for half an hour; a partner fetches its tokens once, and nobody is signed in there.
      Grant: (_ctx, grant) => (grant.rar === undefined ? 30 * days : 30 * minutes),
      RefreshToken: 30 * days,
    },
    // A telephone stays signed in for a month of use; signing out, or an officer, ends it.
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    expiresWithSession: async () => false,
    rotateRefreshToken: true,
    interactions: {
      policy: signInPolicy(),
      url: (_ctx, { uid, prompt, params }) => `/${pageOf(prompt.name, params)}/${uid}`,
    },
    findAccount: async (_ctx, sub) => {
      const account = await accounts.find(sub);
      if (account === null) return undefined;
      return { accountId: account.id, claims: async () => ({ sub: account.id }) };
    },
    /**
     * The federation's own applications act for the person who signs in: there is nothing to ask them about. A partner
     * holds what the member agreed to on the page of this request, and nothing from before; so does an officer's.
     */
    loadExistingGrant: async (ctx) => {
      const { client, session } = ctx.oidc;
      if (client === undefined || session?.accountId === undefined) return undefined;
      if (client['organisation_id'] !== undefined || ctx.oidc.params?.['authorization_details'] !== undefined) {
        const agreed = ctx.oidc.result?.consent?.grantId;
        return agreed === undefined ? undefined : ctx.oidc.provider.Grant.find(agreed);
      }
      const knownId = session.grantIdFor(client.clientId);
      const known = knownId === undefined ? undefined : await ctx.oidc.provider.Grant.find(knownId);
      // What an officer was let do for a member is not the officer's own.
      if (known !== undefined && known.rar === undefined) return known;
      const grant = new ctx.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grantAll(grant, client['audience']);
      await grant.save();
      return grant;
    },
    extraTokenClaims: async (_ctx, token) => {
      const client = await clients.find(token.clientId ?? '');
      // Also where a member's consent brought the token about: a partner's server never acts for a member.
      if (token.kind === 'ClientCredentials' || client?.organisation_id !== undefined) {
        return { roles: rolesOfServer(client), signing_jwks: signingKeysOf(client) };
      }
      const account = 'accountId' in token ? await accounts.find(token.accountId) : null;
      if (account === null) throw new errors.InvalidGrant('the account is closed');
      const agencyId = 'rar' in token ? agencyIn(token.rar) : null;
      if (agencyId !== null) {
        const agency = await parts.agencies.findLive(agencyId, account.id, accessTokenLivesSeconds);
        if (agency === null) throw new errors.InvalidGrant('acting for this member is over');
        const { memberId, organisationId } = agency;
        return { roles: [{ role: 'member', organisationId }], member_id: memberId, acting_for: memberId };
      }
      return { roles: [...account.roles], ...(account.memberId === null ? {} : { member_id: account.memberId }) };
    },
    formats: {
      customizers: {
        jwt: async (_ctx, token, { payload }) => {
          const client = await clients.find(token.clientId ?? '');
          // By the account's id partners could find out whom they both serve.
          if (client?.organisation_id !== undefined) payload['sub'] = token.clientId;
        },
      },
    },
    assertJwtClientAuthClaimsAndHeader: async (ctx, claims) => {
      const now = Math.floor(Date.now() / 1_000);
      const { iat, nbf, exp, aud } = claims as Partial<Record<string, unknown>>;
      const isAhead = [iat, nbf].some((time) => typeof time === 'number' && time > now + clockAheadSeconds);
      if (isAhead) throw new errors.InvalidClientAuth('iat or nbf is too far ahead');
      if (typeof exp !== 'number' || exp > now + assertionLivesAtMostSeconds + clockAheadSeconds) {
        throw new errors.InvalidClientAuth('exp is too far ahead');
      }
      // FAPI 2.0, 5.3.2.1: the issuer, as a text and alone.
      if (aud !== ctx.oidc.issuer) throw new errors.InvalidClientAuth('aud must be the issuer, as a string');
    },
    renderError: async (ctx, out) => {
      ctx.type = 'html';
      ctx.body = await renderErrorPage(out.error);
    },
  };
  return new Provider(parts.issuerUrl, configuration);
}

/**
 * RFC 8252, 8.6, wants a native application's user asked each time, since another program could pretend to be it. Here
 * each sign-in asks for a code anyway, and PKCE binds the answer to the program that began. Who is asked for a consent
 * has just proved who they are: telephones are shared.
 */
function signInPolicy(): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base();
  policy.get('consent')?.checks.remove('native_client_prompt');
  const { Check } = interactionPolicy;
  const recently = new Check('signed_in_recently', 'the member signs in before they are asked', ({ oidc }) => {
    const isOld = oidc.params?.['authorization_details'] !== undefined && oidc.session?.past(5 * minutes) === true;
    return isOld && oidc.result?.login === undefined ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT;
  });
  policy.get('login')?.checks.add(recently);
  return policy;
}

function pageOf(prompt: string, params: Readonly<Record<string, unknown>>): 'sign-in' | 'consent' | 'agency' {
  if (prompt !== 'consent') return 'sign-in';
  return asksForAgency(params) ? 'agency' : 'consent';
}

/** What an application of the federation may reach for whoever uses it. */
export function grantAll(grant: Grant, audience: unknown): void {
  grant.addOIDCScope('openid offline_access');
  grant.addResourceScope(resourceOf(audience), graphScope);
}

async function renderErrorPage(code: string): Promise<string> {
  const { renderPage } = await import('./pages/render-page.js');
  return renderPage('error', 'zh', { code });
}

function resourceOf(audience: unknown): string {
  return `urn:zhijia:${String(audience)}`;
}

/** A client speaks to the audience it is registered for, and to no other. */
function resourceServer(resource: string, audience: unknown): ResourceServer {
  const known = resources[resource];
  if (known === undefined || known.audience !== audience) throw new errors.InvalidTarget();
  return {
    scope: graphScope,
    audience: known.aud,
    accessTokenFormat: 'jwt',
    accessTokenTTL: accessTokenLivesSeconds,
    jwt: { sign: { alg: 'ES256' } },
  };
}

function rolesOfServer(client: { organisation_id?: string } | undefined): { role: string; organisationId: string }[] {
  if (client?.organisation_id === undefined) throw new errors.InvalidClient('this client has no organisation');
  return [{ role: 'bank-client', organisationId: client.organisation_id }];
}

/** What the gateway checks this client's signatures with; PS256 alone signs changes. */
function signingKeysOf(client: RegisteredClient | undefined): { keys: object[] } {
  const keys = (client?.jwks?.keys ?? []).filter(({ alg }) => alg === 'PS256');
  return { keys: keys.map(({ kty, alg, kid, n, e }) => ({ kty, alg, kid, n, e })) };
}
