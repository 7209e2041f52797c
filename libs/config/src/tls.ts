import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import type { Server } from 'node:tls';
import { z } from 'zod';
import { ConfigError } from './read-config.js';

/** A file is looked at this often: what replaces it need not tell anybody. */
const lookEveryMs = 500;

/** Variables of a process at which TLS may end, or before which it ends at a proxy. */
export const tlsEnv = {
  /** PEM, with its chain. Absent: this process speaks HTTP, behind a proxy that ends TLS. */
  TLS_CERTIFICATE_FILE: z.string().min(1).optional(),
  TLS_KEY_FILE: z.string().min(1).optional(),
  /** PEM. Clients' certificates of others than these count as none; absent, any certificate counts, as itself. */
  TLS_CLIENT_CA_FILE: z.string().min(1).optional(),
  /**
   * Addresses or networks (`10.0.0.0/8`), with commas between, of the proxies whose `client-cert` header (RFC 9440) is
   * believed. They have to remove what a client wrote there itself.
   */
  CERTIFICATE_PROXIES: z.string().min(1).optional(),
};

/** The files as they are named, and as they were read. */
export interface TlsFiles {
  readonly names: readonly string[];
  /** False where clients' certificates have to come from an authority that is named. */
  readonly believesAnyCertificate: boolean;
  read(): TlsMaterial;
}

export interface TlsMaterial {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca: Buffer | null;
}

export interface TlsConfig {
  /** Null: HTTP. */
  readonly tls: TlsFiles | null;
  readonly certificateProxies: BlockList;
}

/**
 * @throws ConfigError for half of a pair, a file that cannot be read, and what is no address
 */
export function tlsConfigOf(parsed: {
  TLS_CERTIFICATE_FILE?: string | undefined;
  TLS_KEY_FILE?: string | undefined;
  TLS_CLIENT_CA_FILE?: string | undefined;
  CERTIFICATE_PROXIES?: string | undefined;
}): TlsConfig {
  const { TLS_CERTIFICATE_FILE: certificate, TLS_KEY_FILE: key, TLS_CLIENT_CA_FILE: ca } = parsed;
  if ((certificate === undefined) !== (key === undefined)) {
    throw new ConfigError(['TLS_CERTIFICATE_FILE, TLS_KEY_FILE: one without the other']);
  }
  if (ca !== undefined && certificate === undefined) {
    throw new ConfigError(['TLS_CLIENT_CA_FILE: TLS does not end here without TLS_CERTIFICATE_FILE']);
  }
  const tls = certificate === undefined || key === undefined ? null : tlsFiles(certificate, key, ca ?? null);
  // Found out at the start, not at the first connection.
  tls?.read();
  return { tls, certificateProxies: networksIn(parsed.CERTIFICATE_PROXIES ?? '') };
}

function tlsFiles(certificate: string, key: string, ca: string | null): TlsFiles {
  return {
    names: [certificate, key, ...(ca === null ? [] : [ca])],
    believesAnyCertificate: ca === null,
    read: () => ({
      cert: read('TLS_CERTIFICATE_FILE', certificate),
      key: read('TLS_KEY_FILE', key),
      ca: ca === null ? null : read('TLS_CLIENT_CA_FILE', ca),
    }),
  };
}

/**
 * What a Node server is made with. A client without a certificate may come in: whether one is needed, its token says.
 */
export function tlsServerOptions(files: TlsFiles) {
  return {
    ...secureContextOf(files),
    requestCert: true,
    rejectUnauthorized: false,
  };
}

function secureContextOf(files: TlsFiles) {
  const { cert, key, ca } = files.read();
  return { cert, key, ...(ca === null ? {} : { ca }), minVersion: 'TLSv1.2' as const };
}

/**
 * Takes renewed files over for the connections that come; those that are open go on. What cannot be used is told, and the
 * files before stay: a certificate and its key are seldom written at the same moment.
 *
 * @returns stops looking
 */
export function renewTls(
  server: Pick<Server, 'setSecureContext'>,
  files: TlsFiles,
  tell: (error: unknown) => void,
): () => void {
  const renew = (): void => {
    try {
      server.setSecureContext(secureContextOf(files));
    } catch (error) {
      tell(error);
    }
  };
  for (const name of files.names) watchFile(name, { interval: lookEveryMs, persistent: false }, renew);
  return () => {
    for (const name of files.names) unwatchFile(name, renew);
  };
}

function read(variable: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    throw new ConfigError([`${variable}: ${file} cannot be read`]);
  }
}

function networksIn(text: string): BlockList {
  const list = new BlockList();
  for (const entry of text.split(',').filter((part) => part !== '')) {
    const [address = '', prefix] = entry.trim().split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    const bits = prefix === undefined ? null : Number(prefix);
    const isPrefix = bits === null || (Number.isInteger(bits) && bits >= 0 && bits <= (family === 'ipv6' ? 128 : 32));
    if (isIP(address) === 0 || !isPrefix) throw new ConfigError([`CERTIFICATE_PROXIES: ${entry} is no address`]);
    if (bits === null) list.addAddress(address, family);
    else list.addSubnet(address, bits, family);
  }
  return list;
}
