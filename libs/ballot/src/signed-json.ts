import { CompactSign, calculateJwkThumbprint, compactVerify, createLocalJWKSet } from 'jose';
import type { JSONWebKeySet, JWK } from 'jose';
import { utf8 } from './bytes.js';
import { canonicalJson, parseCanonicalJson } from './canonical-json.js';

/** What a signature is for. It is signed with the content, so a receipt can never pass as a digest of the same key. */
export type SignedKind = 'zhijia-manifest+jws' | 'zhijia-receipt+jws' | 'zhijia-closing+jws';

/**
 * A signature, or what it covers, cannot be trusted.
 * `signature`: no key given made it; `kind`: it was made for something else; `content`: signed, yet not what it should be.
 */
export class UntrustedError extends Error {
  constructor(
    readonly reason: 'signature' | 'kind' | 'content',
    message: string,
  ) {
    super(message);
    this.name = 'UntrustedError';
  }
}

/** Compact JWS (ES256) over canonical JSON; `kid` is the key's own, or its RFC 7638 thumbprint where it has none. */
export async function signJson(kind: SignedKind, content: unknown, serviceKey: JWK): Promise<string> {
  return new CompactSign(utf8(canonicalJson(content)))
    .setProtectedHeader({ alg: 'ES256', kid: await keyId(serviceKey), typ: kind })
    .sign(serviceKey);
}

/** @throws UntrustedError */
export async function verifyJson(kind: SignedKind, jws: string, jwks: JSONWebKeySet): Promise<unknown> {
  const keys = await Promise.all(jwks.keys.map(async (key) => ({ ...key, kid: await keyId(key) })));
  const verified = await compactVerify(jws, createLocalJWKSet({ keys }), { algorithms: ['ES256'] }).catch(() => {
    throw new UntrustedError('signature', 'The signature was made by none of the given keys.');
  });
  if (verified.protectedHeader.typ !== kind) throw new UntrustedError('kind', `Signed as something else than ${kind}.`);
  const content = parseCanonicalJson(new TextDecoder().decode(verified.payload));
  if (content === undefined) throw new UntrustedError('content', 'The signed content is not canonical JSON.');
  return content;
}

async function keyId(key: JWK): Promise<string> {
  return key.kid ?? calculateJwkThumbprint(key);
}
