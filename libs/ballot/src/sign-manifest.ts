import { calculateJwkThumbprint } from 'jose';
import type { JSONWebKeySet, JWK } from 'jose';
import { ManifestError, manifestHash, parseManifest } from './manifest.js';
import type { Manifest } from './manifest.js';
import { UntrustedError, signJson, verifyJson } from './signed-json.js';

/**
 * Signs the manifest with the organiser's service key (private, ES256).
 *
 * @throws ManifestError, also where the thumbprint is not that of the public key.
 */
export async function signManifest(manifest: Manifest, serviceKey: JWK): Promise<string> {
  const content = parseManifest(manifest);
  if (!(await thumbprintFits(content))) throw new ManifestError(['key: The thumbprint is of another key.']);
  return signJson('zhijia-manifest+jws', content, serviceKey);
}

/**
 * @param expectedHash of the manifest that was asked for, where it was read from an address: a signed manifest of another
 *   campaign is not it.
 * @throws UntrustedError where no given key signed it, it is not a manifest, or not the expected one.
 */
export async function verifyManifest(
  jws: string,
  serviceKeys: JSONWebKeySet,
  expectedHash?: string,
): Promise<Manifest> {
  const content = await verifyJson('zhijia-manifest+jws', jws, serviceKeys);
  try {
    const manifest = parseManifest(content);
    if (expectedHash !== undefined && (await manifestHash(manifest)) !== expectedHash) {
      throw new UntrustedError('content', 'This is the manifest of another hash.');
    }
    if (await thumbprintFits(manifest)) return manifest;
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
  }
  throw new UntrustedError('content', 'The signed content is not a manifest.');
}

async function thumbprintFits(manifest: Manifest): Promise<boolean> {
  return (await calculateJwkThumbprint(manifest.key.publicKey)) === manifest.key.thumbprint;
}
