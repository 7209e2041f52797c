import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, type JSONWebKeySet, type JWK } from 'jose';
import { makeToken, type TokenFacts } from './make-token.js';

/** An issuer of a test's own: its public keys for the list of trusted issuers, and its tokens. */
export interface TestIssuer {
  issuer: string;
  jwks: JSONWebKeySet;
  privateKey: JWK;
  /** A token for a person of no role at `zhijia-mobile`, but for what is said otherwise. */
  token(facts?: Partial<TokenFacts>): Promise<string>;
}

export async function testIssuer(
  options: { issuer?: string; alg?: 'ES256' | 'PS256' | 'EdDSA' } = {},
): Promise<TestIssuer> {
  const alg = options.alg ?? 'ES256';
  const pair = await generateKeyPair(alg, { extractable: true });
  const named = { kid: randomUUID(), alg, use: 'sig' };
  const privateKey = { ...(await exportJWK(pair.privateKey)), ...named };
  const issuer = options.issuer ?? `https://issuer-${named.kid.slice(0, 8)}.test`;
  return {
    issuer,
    jwks: { keys: [{ ...(await exportJWK(pair.publicKey)), ...named }] },
    privateKey,
    token: (facts = {}) =>
      makeToken(privateKey, {
        issuer,
        audience: 'zhijia-mobile',
        subject: 'somebody',
        clientId: 'test-client',
        lifetimeSeconds: 300,
        ...facts,
      }),
  };
}
