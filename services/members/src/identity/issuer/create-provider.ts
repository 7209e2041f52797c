import type { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { errors, Provider, type Configuration } from 'oidc-provider';
import type { JWK } from 'jose';
import type { ConsentPolicy } from '../../rules/plan-consent.js';
import { agencyDetailsType, agencyIn, refuseAgencyDetails } from '../asking/agency-details.js';
import { clockAheadSeconds, refuseAssertion } from '../partners/client-assertions.js';
import { consentDetailsType, refuseConsentDetails } from '../asking/consent-details.js';
import { accessTokenLivesSeconds, agencyTokenLivesSeconds, resourceOf, resourceServer } from './graph-resources.js';
import { IssuerAdapter } from './issuer-adapter.js';
import type { IssuerRecordsStore } from './issuer-records.store.js';
import { loadGrant } from './load-grant.js';
import { renderPage } from '../pages/render-page.js';
import { pageOf, signInPolicy } from '../sign-in/sign-in-policy.js';
import { tokenContents, type TokenSources } from './token-contents.js';

const minutes = 60;
const days = 24 * 60 * minutes;

export interface ProviderParts extends TokenSources {
  readonly issuerUrl: string;
  readonly keys: readonly JWK[];
  readonly cookieKeys: readonly string[];
  readonly records: IssuerRecordsStore;
  /** The certificate of the connection that a request came over. */
  readonly certificateOf: (request: IncomingMessage) => X509Certificate | null;
  /** What partners may ask members for, today. */
  readonly consentPolicy: () => Promise<ConsentPolicy>;
}

/**
 * The OpenID Connect issuer of one federation. People come by authorization code with PKCE; partners' servers by client
 * credentials, signed assertions and sender-constrained tokens (DPoP, or mutual TLS), after FAPI 2.0.
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
      AccessToken: (_ctx, { rar }) => (agencyIn(rar) === null ? accessTokenLivesSeconds : agencyTokenLivesSeconds),
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
    loadExistingGrant: loadGrant,
    ...tokenContents(parts),
    assertJwtClientAuthClaimsAndHeader: refuseAssertion,
    renderError: (ctx, out) => {
      ctx.type = 'html';
      ctx.body = renderPage('error', 'zh', { code: out.error });
    },
  };
  return new Provider(parts.issuerUrl, configuration);
}
