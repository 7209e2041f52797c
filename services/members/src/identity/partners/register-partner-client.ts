import { z } from 'zod';
import type { OrganisationsStore } from '../../organisations/organisations.store.js';
import { consentDetailsType } from '../asking/consent-details.js';
import type { IssuerClientsStore } from './issuer-clients.store.js';

const publicKey = z
  .looseObject({ kty: z.enum(['EC', 'RSA']), kid: z.string().min(1), alg: z.enum(['PS256', 'ES256']) })
  .refine((key) => !('d' in key), { message: 'is a private key: send the public one' });

const returnAddress = z.url().refine((text) => text.startsWith('https://') || text.startsWith('http://127.0.0.1:'), {
  error: 'is neither https nor on the loopback address of a trial',
});

/** What a partner sends to have its server registered; everything else is decided here. */
const registrationFields = z.strictObject({
  client_id: z.string().regex(/^[a-z0-9][a-z0-9-]{2,62}$/),
  client_name: z.string().min(1).max(100),
  /** Tokens are bound to the certificate of the connection (RFC 8705) then, and to a DPoP key otherwise. */
  tls_client_certificate_bound_access_tokens: z.literal(true).optional(),
  jwks: z
    .strictObject({ keys: z.array(publicKey).min(1).max(4) })
    .refine(({ keys }) => new Set(keys.map(({ kid }) => kid)).size === keys.length, {
      message: 'has two keys under one kid',
    }),
  /** Where members come back to after they were asked for a consent; a partner that never asks has none. */
  redirect_uris: z.array(returnAddress).max(10).default([]),
  /** How members reach the partner: shown to who is asked for a consent. */
  contacts: z.array(z.email()).max(3).default([]),
});

const registrationSchema = registrationFields.refine(
  ({ redirect_uris: addresses, contacts }) => addresses.length === 0 || contacts.length > 0,
  { path: ['contacts'], error: 'members are shown how to reach who asks them for a consent: name an address' },
);

export type PartnerRegistration =
  | { kind: 'registered'; clientId: string }
  | { kind: 'malformed'; problems: readonly string[] }
  | { kind: 'organisationUnknown' };

/**
 * Registers a partner's server, or the new keys of one: public keys for signed assertions, tokens bound to a key, the
 * bank graph alone. FAPI 2.0 leaves nothing of this to choose.
 */
export class RegisterPartnerClient {
  constructor(
    private readonly clients: IssuerClientsStore,
    private readonly organisations: OrganisationsStore,
  ) {}

  async run(registration: unknown, organisationCode: string): Promise<PartnerRegistration> {
    const parsed = registrationSchema.safeParse(registration);
    if (!parsed.success) {
      return {
        kind: 'malformed',
        problems: parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the registration'}: ${message}`),
      };
    }
    const organisationId = await this.organisations.findIdByCode(organisationCode);
    if (organisationId === null) return { kind: 'organisationUnknown' };
    const { client_id: clientId, client_name: clientName, jwks, redirect_uris: redirectUris, contacts } = parsed.data;
    const mayAskForConsents = redirectUris.length > 0;
    const isCertificateBound = parsed.data.tls_client_certificate_bound_access_tokens === true;
    await this.clients.put(
      {
        client_id: clientId,
        client_name: clientName,
        jwks: { keys: jwks.keys.map((key) => ({ ...key, use: 'sig' })) },
        audience: 'bank',
        grant_types: mayAskForConsents ? ['client_credentials', 'authorization_code'] : ['client_credentials'],
        response_types: mayAskForConsents ? ['code'] : [],
        redirect_uris: redirectUris,
        contacts,
        authorization_details_types: mayAskForConsents ? [consentDetailsType] : [],
        require_pushed_authorization_requests: true,
        token_endpoint_auth_method: 'private_key_jwt',
        dpop_bound_access_tokens: !isCertificateBound,
        tls_client_certificate_bound_access_tokens: isCertificateBound,
      },
      organisationId,
    );
    return { kind: 'registered', clientId };
  }
}
