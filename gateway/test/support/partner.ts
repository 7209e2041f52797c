import { createHash, randomUUID } from 'node:crypto';
import type { TestIssuer } from '@zhijia/testing';
import {
  calculateJwkThumbprint,
  exportJWK,
  FlattenedSign,
  generateKeyPair,
  importJWK,
  SignJWT,
  type CryptoKey,
  type JWK,
} from 'jose';

export interface Keys {
  privateKey: CryptoKey;
  publicJwk: JWK;
  thumbprint: string;
}

export async function someKeys(alg = 'ES256', kid?: string): Promise<Keys> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const publicJwk = { ...(await exportJWK(publicKey)), ...(kid === undefined ? {} : { kid, alg }) };
  return { privateKey, publicJwk, thumbprint: await calculateJwkThumbprint(publicJwk) };
}

export function now(): number {
  return Math.floor(Date.now() / 1_000);
}

/** A token as the issuer gives it to a partner's server; claims of undefined are left out. */
export async function tokenOf(issuer: TestIssuer, claims: Record<string, unknown> = {}): Promise<string> {
  return new SignJWT({
    iss: issuer.issuer,
    sub: 'bank',
    aud: 'zhijia-bank',
    exp: now() + 300,
    client_id: 'bank',
    roles: [],
    ...claims,
  })
    .setProtectedHeader({ alg: 'ES256', kid: issuer.privateKey.kid, typ: 'at+jwt' })
    .sign(await importJWK(issuer.privateKey));
}

/** A proof of possession for one POST. */
export async function proofOf(
  request: { token: string; url: string },
  by: Keys,
  change: { claims?: Record<string, unknown>; header?: Record<string, unknown> } = {},
): Promise<string> {
  return new SignJWT({
    htm: 'POST',
    htu: request.url,
    iat: now(),
    jti: randomUUID(),
    ath: createHash('sha256').update(request.token).digest('base64url'),
    ...change.claims,
  })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: by.publicJwk, ...change.header })
    .sign(by.privateKey);
}

/** `x-jws-signature` over a body as it is sent. */
export async function signatureOf(
  body: string | Uint8Array,
  by: Keys,
  header: Record<string, unknown> = {},
): Promise<string> {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const signed = await new FlattenedSign(bytes)
    .setProtectedHeader({ alg: 'PS256', kid: by.publicJwk.kid, b64: false, crit: ['b64'], iat: now(), ...header })
    .sign(by.privateKey, { crit: { iat: true, exp: true } });
  return `${signed.protected}..${signed.signature}`;
}
