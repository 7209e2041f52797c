import { isRoleName, Viewer, type Audience, type RoleGrant } from '@zhijia/access';
import { decodeJwt, errors, jwtVerify, type JWTPayload } from 'jose';
import { RememberedTokens } from './remembered-tokens.js';
import { tokenClaimsSchema } from './token-claims.js';
import { IssuerUnavailable, type TrustedIssuer } from './trusted-issuers.js';

/** Asymmetric only: with a shared secret in the list, a public key would pass as one. */
const algorithms = ['ES256', 'PS256', 'EdDSA'];
/** Two machines' clocks differ a little (FAPI 2.0 accepts 10 s). */
const toleratedSkewSeconds = 10;
const maxTokenLength = 8_192;

export type TokenRefusal =
  'TOKEN_MISSING' | 'TOKEN_MALFORMED' | 'TOKEN_EXPIRED' | 'TOKEN_NOT_TRUSTED' | 'TOKEN_WRONG_AUDIENCE';

export type TokenCheck =
  | { kind: 'verified'; viewer: Viewer; isRemembered: boolean }
  | { kind: 'refused'; code: TokenRefusal }
  /** Nothing can be said about the token now: its issuer's keys could not be fetched. */
  | { kind: 'undecided'; cause: unknown };

/** Decides who asks, from the `Authorization` header of a request to one audience. */
export class TokenVerifier {
  private readonly remembered = new RememberedTokens();

  constructor(private readonly issuers: ReadonlyMap<string, TrustedIssuer>) {}

  async check(authorization: string | undefined, audience: Audience): Promise<TokenCheck> {
    if (authorization === undefined || authorization === '') return refused('TOKEN_MISSING');
    const token = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(authorization)?.[1];
    if (token === undefined || token.length > maxTokenLength) return refused('TOKEN_MALFORMED');

    const key = RememberedTokens.keyOf(token, audience);
    const known = this.remembered.get(key, Date.now());
    if (known !== null) return { kind: 'verified', viewer: known, isRemembered: true };
    try {
      const { viewer, expiresAtMs } = await this.verify(token, audience);
      this.remembered.put(key, viewer, expiresAtMs, Date.now());
      return { kind: 'verified', viewer, isRemembered: false };
    } catch (error) {
      if (error instanceof IssuerUnavailable) return { kind: 'undecided', cause: error.cause };
      return refused(codeOf(error));
    }
  }

  private async verify(token: string, audience: Audience): Promise<{ viewer: Viewer; expiresAtMs: number }> {
    if (!isSpelledOnce(token)) throw new TokenRefused('TOKEN_MALFORMED');
    // Read before it is believed, only to know whose keys to ask.
    const issuer = this.issuers.get(claimedIssuer(token));
    if (issuer === undefined) throw new TokenRefused('TOKEN_NOT_TRUSTED');
    const expected = issuer.audiences[audience];
    if (expected === undefined) throw new TokenRefused('TOKEN_WRONG_AUDIENCE');
    const { payload } = await jwtVerify(token, issuer.keys, {
      algorithms,
      issuer: issuer.issuer,
      audience: expected,
      clockTolerance: toleratedSkewSeconds,
      requiredClaims: ['exp', 'sub', 'client_id'],
    });
    return { viewer: viewerOf(payload, issuer, audience), expiresAtMs: (payload.exp ?? 0) * 1_000 };
  }
}

/** Header and claims are signed as text; base64url has several spellings of one signature, and one is accepted. */
function isSpelledOnce(token: string): boolean {
  const signature = token.slice(token.lastIndexOf('.') + 1);
  return Buffer.from(signature, 'base64url').toString('base64url') === signature;
}

function claimedIssuer(token: string): string {
  const { iss } = decodeJwt(token);
  if (typeof iss !== 'string') throw new TokenRefused('TOKEN_MALFORMED');
  return iss;
}

function viewerOf(payload: JWTPayload, issuer: TrustedIssuer, audience: Audience): Viewer {
  const parsed = tokenClaimsSchema.safeParse(payload);
  if (!parsed.success) throw new TokenRefused('TOKEN_MALFORMED');
  const claims = parsed.data;
  return new Viewer({
    issuer: issuer.issuer,
    subject: claims.sub,
    client: claims.client_id,
    audience,
    memberId: claims.member_id ?? null,
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
