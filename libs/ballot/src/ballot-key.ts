import { CompactEncrypt, calculateJwkThumbprint, compactDecrypt, importJWK } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import { utf8 } from './bytes.js';
import type { Manifest } from './manifest.js';

/** A campaign's key pair as JWKs. The private one leaves the tally's memory only wrapped. */
export interface BallotKey {
  readonly publicKey: Manifest['key']['publicKey'];
  readonly privateKey: JWK;
  /** RFC 7638, base64url: `kid` of every envelope. */
  readonly thumbprint: string;
}

/** A wrapped key that this wrapping key does not open, or that holds another key than expected. */
export class KeyNotUnwrappedError extends Error {
  constructor() {
    super('The wrapped key does not open with this wrapping key, or is of another campaign.');
    this.name = 'KeyNotUnwrappedError';
  }
}

/** Makes a P-256 pair: it is in the WebCrypto of every phone, X25519 in recent ones only. */
export async function makeBallotKey(): Promise<BallotKey> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits']);
  const { x, y, d } = await crypto.subtle.exportKey('jwk', pair.privateKey);
  if (x === undefined || y === undefined || d === undefined) throw new Error('This WebCrypto exports no EC keys.');
  const publicKey = { kty: 'EC', crv: 'P-256', x, y } as const;
  return { publicKey, privateKey: { ...publicKey, d }, thumbprint: await calculateJwkThumbprint(publicKey) };
}

/**
 * Wraps the private key for storage (JWE, `dir` with A256GCM, `kid` the thumbprint).
 *
 * @param wrappingKey 32 bytes that never enter the database.
 */
export async function wrapPrivateKey(privateKey: JWK, wrappingKey: Uint8Array): Promise<string> {
  if (wrappingKey.length !== 32) throw new RangeError('A wrapping key has 32 bytes.');
  return new CompactEncrypt(utf8(JSON.stringify(privateKey)))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: await calculateJwkThumbprint(privateKey) })
    .encrypt(wrappingKey);
}

/**
 * @param thumbprint of the campaign whose key it must be.
 * @throws KeyNotUnwrappedError
 */
export async function unwrapPrivateKey(wrapped: string, wrappingKey: Uint8Array, thumbprint: string): Promise<JWK> {
  const opened = await compactDecrypt(wrapped, wrappingKey, {
    keyManagementAlgorithms: ['dir'],
    contentEncryptionAlgorithms: ['A256GCM'],
  }).catch(() => {
    throw new KeyNotUnwrappedError();
  });
  const privateKey = JSON.parse(new TextDecoder().decode(opened.plaintext)) as JWK;
  if ((await calculateJwkThumbprint(privateKey)) !== thumbprint) throw new KeyNotUnwrappedError();
  return privateKey;
}

/** A private key imported once for many envelopes. @throws Error where it is not the key of this thumbprint. */
export async function importBallotKey(privateKey: JWK, thumbprint: string): Promise<CryptoKey> {
  // With a foreign key every envelope would count as spoiled, and nobody would notice before publication.
  if ((await calculateJwkThumbprint(privateKey)) !== thumbprint)
    throw new Error('This is the key of another campaign.');
  const key = await importJWK({ ...privateKey, ext: false }, 'ECDH-ES');
  if (key instanceof Uint8Array) throw new Error('This is not an EC key.');
  return key;
}
