import { z } from 'zod';

/**
 * Subject and client become parts of keys that are joined by spaces (`Viewer.scopeOf`), so they hold none: two people
 * could meet in one key otherwise. OpenID Connect allows no more for a subject either.
 */
const identifier = z
  .string()
  .max(255)
  .regex(/^[\x21-\x7e]+$/);

const uuid = z.guid().transform((text) => text.toLowerCase());

const thumbprint = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** Left open where `jose` looks itself; named are the members by which a key is found. */
const signingKey = z.object({
  kty: z.literal('RSA'),
  alg: z.literal('PS256'),
  kid: z.string().min(1).max(255),
  n: z.string(),
  e: z.string(),
});

/** What a token says beside what `jose` checks. Roles are compared with what the issuer may assert. */
export const tokenClaimsSchema = z.object({
  iss: z.string(),
  sub: identifier,
  client_id: identifier,
  exp: z.number(),
  /** The member this person is; absent for people and servers who are none. */
  member_id: uuid.nullish(),
  roles: z.array(z.object({ role: z.string(), organisationId: uuid })).default([]),
  /** What the token is bound to: a key (RFC 9449), a certificate (RFC 8705). Who holds the token alone holds nothing. */
  cnf: z
    .object({ jkt: thumbprint.optional(), 'x5t#S256': thumbprint.optional() })
    // Bound to something that is not known here is not the same as not bound.
    .refine((bound) => bound.jkt !== undefined || bound['x5t#S256'] !== undefined)
    .optional(),
  /** The keys with which this client signs what it changes; public, as the issuer has them registered. */
  signing_jwks: z.object({ keys: z.array(signingKey).max(4) }).optional(),
  /** The member for whom an agent acts. */
  acting_for: uuid.nullish(),
});

export type TokenClaims = z.infer<typeof tokenClaimsSchema>;
