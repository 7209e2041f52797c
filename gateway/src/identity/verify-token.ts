import { isRoleName, Viewer, type Audience, type RoleGrant } from '@zhijia/access';
import { createLocalJWKSet, decodeJwt, errors, jwtVerify, type FlattenedVerifyGetKey } from 'jose';
import { isSpelledOnce } from './base64url.js';
import { mapClaims } from './claim-map.js';
import { ProofChecker, ProofsUnavailable } from './check-proof.js';
import { RememberedTokens } from './remembered-tokens.js';
import { tokenClaimsSchema, type TokenClaims } from './token-claims.js';
import { acceptedAheadSeconds } from './times.js';
import { IssuerUnavailable, type TrustedIssuer } from './trusted-issuers.js';

const maxTokenLength = 8_192;
/** Of people, who sign nothing. */
const noKeys = createLocalJWKSet({ keys: [] });

export type TokenRefusal =
  | 'TOKEN_MISSING'
  | 'TOKEN_MALFORMED'
  | 'TOKEN_EXPIRED'
  | 'TOKEN_NOT_TRUSTED'
  | 'TOKEN_WRONG_AUDIENCE'
  | 'TOKEN_NOT_BOUND'
  | 'PROOF_NOT_ACCEPTED'
  | 'CERTIFICATE_NOT_ACCEPTED';

/** What a request shows of who sends it. */
export interface Credentials {
  readonly authorization: string | undefined;
  /** The `DPoP` header; more than one is none. */
  readonly proof: string | undefined;
  readonly method: string;
  /** Needed where a token is bound to a key. */
  url(): string;
  /** Of the certificate of the connection; looked for where a token is bound to one. */
  certificateThumbprint(): string | null;
}

/** With what a client signs its requests, and whether it has to where it changes something. */
export interface Signing {
  readonly isRequired: boolean;
  readonly keys: FlattenedVerifyGetKey;
}

/** What a token says, and what it is bound to. */
export interface VerifiedToken {
  readonly viewer: Viewer;
  readonly signing: Signing;
  readonly keyThumbprint: string | null;
  readonly certificateThumbprint: string | null;
}

export type TokenCheck =
  | { kind: 'verified'; viewer: Viewer; signing: Signing; isRemembered: boolean }
  | { kind: 'refused'; code: TokenRefusal }
  /** Nothing can be said now: its issuer's keys could not be fetched, or its proof not be looked up. */
  | { kind: 'undecided'; cause: unknown };

/** Decides who asks, from the headers of a request to one audience. */
export class TokenVerifier {
  private readonly remembered = new RememberedTokens<VerifiedToken>();

  constructor(
    private readonly issuers: ReadonlyMap<string, TrustedIssuer>,
    private readonly proofs = new ProofChecker(),
  ) {}

  async check(credentials: Credentials, audience: Audience): Promise<TokenCheck> {
    const { authorization } = credentials;
    if (authorization === undefined || authorization === '') return refused('TOKEN_MISSING');
    const [, scheme, token] = /^(Bearer|DPoP) +([A-Za-z0-9._~+/-]+=*) *$/i.exec(authorization) ?? [];
    if (scheme === undefined || token === undefined || token.length > maxTokenLength) return refused('TOKEN_MALFORMED');

    const key = RememberedTokens.keyOf(token, audience);
    const known = this.remembered.get(key, Date.now());
    let verified = known;
    if (verified === null) {
      try {
        const fresh = await this.verify(token, audience);
        this.remembered.put(key, fresh, fresh.expiresAtMs, Date.now());
        verified = fresh;
      } catch (error) {
        if (error instanceof IssuerUnavailable) return { kind: 'undecided', cause: error };
        return refused(codeOf(error));
      }
    }
    const bound = verified.certificateThumbprint;
    if (bound !== null && bound !== credentials.certificateThumbprint()) return refused('CERTIFICATE_NOT_ACCEPTED');
    const { viewer, signing, keyThumbprint } = verified;
    // A token that is bound to a key comes with a proof, and a proof with a bound token: neither may be left out on the way.
    if ((keyThumbprint !== null) !== (scheme.toLowerCase() === 'dpop')) return refused('PROOF_NOT_ACCEPTED');
    if (keyThumbprint !== null) {
      try {
        if (!(await this.isProven(keyThumbprint, token, credentials))) return refused('PROOF_NOT_ACCEPTED');
      } catch (error) {
        if (error instanceof ProofsUnavailable) return { kind: 'undecided', cause: error };
        throw error;
      }
    }
    return { kind: 'verified', viewer, signing, isRemembered: known !== null };
  }

  private async isProven(keyThumbprint: string, token: string, credentials: Credentials): Promise<boolean> {
    const { proof, method } = credentials;
    if (proof === undefined) return false;
    return this.proofs.holds({ proof, token, keyThumbprint, method, url: credentials.url() });
  }

  private async verify(token: string, audience: Audience): Promise<VerifiedToken & { expiresAtMs: number }> {
    // Header and claims are signed as text: only the signature could be spelled otherwise.
    if (!isSpelledOnce(token.slice(token.lastIndexOf('.') + 1))) throw new TokenRefused('TOKEN_MALFORMED');
    // Read before it is believed, only to know whose keys to ask.
    const issuer = this.issuers.get(claimedIssuer(token));
    if (issuer === undefined) throw new TokenRefused('TOKEN_NOT_TRUSTED');
    const expected = issuer.audiences[audience];
    if (expected === undefined) throw new TokenRefused('TOKEN_WRONG_AUDIENCE');
    const { payload } = await jwtVerify(token, issuer.keys, {
      algorithms: issuer.algorithms,
      issuer: issuer.issuer,
      audience: expected,
      clockTolerance: acceptedAheadSeconds,
      requiredClaims: ['exp', 'sub'],
    });
    // `jose` looks at `nbf` alone; FAPI 2.0 at both.
    if (payload.iat !== undefined && payload.iat > Date.now() / 1_000 + acceptedAheadSeconds) {
      throw new TokenRefused('TOKEN_NOT_TRUSTED');
    }
    const claims = readClaims(mapClaims(payload, issuer.claims));
    // FAPI 2.0, 5.3.2.1: a stolen token of a bank's server opens nothing.
    if (audience === 'bank' && claims.cnf === undefined && !issuer.isDevelopment)
      throw new TokenRefused('TOKEN_NOT_BOUND');
    return {
      viewer: viewerOf(claims, issuer, audience),
      signing: {
        isRequired: audience === 'bank' && !issuer.isDevelopment,
        keys: claims.signing_jwks === undefined ? noKeys : createLocalJWKSet(claims.signing_jwks),
      },
      keyThumbprint: claims.cnf?.jkt ?? null,
      certificateThumbprint: claims.cnf?.['x5t#S256'] ?? null,
      expiresAtMs: claims.exp * 1_000,
    };
  }
}

function claimedIssuer(token: string): string {
  const { iss } = decodeJwt(token);
  if (typeof iss !== 'string') throw new TokenRefused('TOKEN_MALFORMED');
  return iss;
}

function readClaims(said: Readonly<Record<string, unknown>>): TokenClaims {
  const parsed = tokenClaimsSchema.safeParse(said);
  if (!parsed.success) throw new TokenRefused('TOKEN_MALFORMED');
  return parsed.data;
}

function viewerOf(claims: TokenClaims, issuer: TrustedIssuer, audience: Audience): Viewer {
  return new Viewer({
    issuer: issuer.issuer,
    subject: claims.sub,
    client: claims.client_id,
    audience,
    // Who acts for a member is that member to the graph; who it was, `subject` says.
    memberId: claims.acting_for ?? claims.member_id ?? null,
    roles: claims.roles.map(({ role, organisationId }): RoleGrant => {
      // One role too many and nothing of the token is believed: an issuer that overreaches is no issuer.
      if (!isRoleName(role) || !issuer.roles.has(role)) throw new TokenRefused('TOKEN_NOT_TRUSTED');
      return { role, organisationId };
    }),
    actingFor: claims.acting_for ?? null,
  });
}

class TokenRefused extends Error {
  constructor(readonly refusal: TokenRefusal) {
    super(refusal);
  }
}

function codeOf(error: unknown): TokenRefusal {
  if (error instanceof TokenRefused) return error.refusal;
  if (error instanceof errors.JWTExpired) return 'TOKEN_EXPIRED';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return 'TOKEN_WRONG_AUDIENCE';
    return error.reason === 'check_failed' ? 'TOKEN_NOT_TRUSTED' : 'TOKEN_MALFORMED';
  }
  if (error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid) return 'TOKEN_MALFORMED';
  // A wrong signature, an unknown key, an algorithm that is not on the list, a critical header nobody knows.
  return 'TOKEN_NOT_TRUSTED';
}

function refused(code: TokenRefusal): TokenCheck {
  return { kind: 'refused', code };
}
