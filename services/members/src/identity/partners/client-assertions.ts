import { errors, type KoaContextWithOIDC } from 'oidc-provider';

/** FAPI 2.0 Security Profile, 5.3.2.1: a server accepts clocks up to 10 seconds ahead and refuses those of a minute. */
export const clockAheadSeconds = 10;
const livesAtMostSeconds = 5 * 60;

/**
 * Refuses what a partner's server signed to say who it is, where the library would take it.
 *
 * @throws errors.InvalidClientAuth
 */
export function refuseAssertion({ oidc }: KoaContextWithOIDC, claims: Readonly<Record<string, unknown>>): void {
  const now = Math.floor(Date.now() / 1_000);
  const { iat, nbf, exp, aud } = claims;
  const isAhead = [iat, nbf].some((time) => typeof time === 'number' && time > now + clockAheadSeconds);
  if (isAhead) throw new errors.InvalidClientAuth('iat or nbf is too far ahead');
  if (typeof exp !== 'number' || exp > now + livesAtMostSeconds + clockAheadSeconds) {
    throw new errors.InvalidClientAuth('exp is too far ahead');
  }
  // FAPI 2.0, 5.3.2.1: the issuer, as a text and alone.
  if (aud !== oidc.issuer) throw new errors.InvalidClientAuth('aud must be the issuer, as a string');
}
