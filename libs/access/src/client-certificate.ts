import { hash, X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIPv6, type BlockList } from 'node:net';
import { TLSSocket } from 'node:tls';

/** RFC 9440: DER in base64 between colons. */
const header = 'client-cert';
const byteSequence = /^:([A-Za-z0-9+/]+={0,2}):$/;

/**
 * The certificate with whose key the other side of a connection proved who it is; null where there is none. That of a
 * trusted proxy's client stands in a header, and nobody else's header is looked at.
 *
 * @param believesAnyCertificate false where clients' certificates have to come from a configured authority
 */
export function clientCertificateOf(
  request: IncomingMessage,
  proxies: BlockList,
  believesAnyCertificate: boolean,
): X509Certificate | null {
  const { socket, headers } = request;
  const address = socket.remoteAddress ?? '';
  if (address !== '' && proxies.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')) return readHeader(headers[header]);
  if (!(socket instanceof TLSSocket)) return null;
  return believesAnyCertificate || socket.authorized ? (socket.getPeerX509Certificate() ?? null) : null;
}

/** As a token that is bound to a certificate names it: `x5t#S256` (RFC 8705). */
export function certificateThumbprint({ raw }: X509Certificate): string {
  return hash('sha256', raw, 'base64url');
}

function readHeader(value: string | string[] | undefined): X509Certificate | null {
  const encoded = typeof value === 'string' ? byteSequence.exec(value)?.[1] : undefined;
  if (encoded === undefined) return null;
  try {
    return new X509Certificate(Buffer.from(encoded, 'base64'));
  } catch {
    return null;
  }
}
