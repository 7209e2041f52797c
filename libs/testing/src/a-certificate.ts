import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificateThumbprint } from '@zhijia/access';

/** A certificate and its key, in PEM, and the files they stand in. */
export interface Certified {
  certificateFile: string;
  keyFile: string;
  cert: string;
  key: string;
  thumbprint: string;
  /** As a proxy writes it (RFC 9440). */
  header: string;
}

/** A certificate for 127.0.0.1, signed by itself or by an authority; made by the machine's OpenSSL 3. */
export function aCertificate(name: string, by?: Certified): Certified {
  const folder = mkdtempSync(join(tmpdir(), 'zhijia-certificate-'));
  const certificateFile = join(folder, `${name}.pem`);
  const keyFile = join(folder, `${name}.key`);
  const signed = by === undefined ? [] : ['-CA', by.certificateFile, '-CAkey', by.keyFile];
  execFileSync(
    'openssl',
    `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=${name} -addext subjectAltName=IP:127.0.0.1`
      .split(' ')
      .concat('-out', certificateFile, '-keyout', keyFile, signed),
    { stdio: 'pipe' },
  );
  const cert = readFileSync(certificateFile, 'utf8');
  const parsed = new X509Certificate(cert);
  return {
    certificateFile,
    keyFile,
    cert,
    key: readFileSync(keyFile, 'utf8'),
    thumbprint: certificateThumbprint(parsed),
    header: `:${parsed.raw.toString('base64')}:`,
  };
}
