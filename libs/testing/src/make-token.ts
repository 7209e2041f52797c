import { importJWK, SignJWT, type JWK } from 'jose';

/** What a token of the development issuer says. */
export interface TokenFacts {
  /** `iss` */
  issuer: string;
  /** The `aud` that the gateway expects of this issuer, not the audience's own name. */
  audience: string;
  subject: string;
  /** The application or server that holds the token. */
  clientId: string;
  memberId?: string | null;
  roles?: readonly { role: string; organisationId: string }[];
  actingFor?: string | null;
  /** 12 hours, so that a person who tries things out does not have to fetch another. */
  lifetimeSeconds?: number;
}

/** Signs an access token (RFC 9068) with a private key that names its `kid` and `alg`. For development and tests. */
export async function makeToken(privateKey: JWK, facts: TokenFacts): Promise<string> {
  const alg = privateKey.alg ?? 'ES256';
  const nowSeconds = Math.floor(Date.now() / 1_000);
  return new SignJWT({
    client_id: facts.clientId,
    ...(facts.memberId == null ? {} : { member_id: facts.memberId }),
    roles: facts.roles ?? [],
    ...(facts.actingFor == null ? {} : { acting_for: facts.actingFor }),
  })
    .setProtectedHeader({ alg, typ: 'at+jwt', ...(privateKey.kid === undefined ? {} : { kid: privateKey.kid }) })
    .setIssuer(facts.issuer)
    .setAudience(facts.audience)
    .setSubject(facts.subject)
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + (facts.lifetimeSeconds ?? 12 * 3_600))
    .sign(await importJWK(privateKey, alg));
}
