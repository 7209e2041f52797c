import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Obstacle } from './obstacle.mjs';
import { layout } from './paths.mjs';
import { subgraphs } from './parts.mjs';

/** The issuer of development: its key lies on this machine, so production refuses it. */
export const developmentIssuer = 'https://issuer.zhijia.local';

/**
 * The secrets of one data directory, made once. Each is a file of its own, mode 0600; what a service reads as a file is
 * passed on by its path, what it takes as a variable by its text.
 *
 * A secret that was made and is gone is never made again: what it protects could not be opened any more, and the new
 * one would hide that.
 */
export function ensureSecrets(dataDir) {
  const { secrets: folder, secretsMade } = layout(dataDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const made = readMade(secretsMade);
  const lost = made.filter((name) => !existsSync(join(folder, name)));
  if (lost.length > 0) {
    throw new Obstacle(
      `${lost.join(', ')} ${lost.length === 1 ? 'is' : 'are'} gone from ${folder} while the data they protect is still there: put them back, or start with --fresh to begin anew.`,
    );
  }

  const ensure = (name, make) => {
    const file = join(folder, name);
    if (!existsSync(file)) writeWhole(file, make());
    return file;
  };
  const text = (name, make) => readFileSync(ensure(name, make), 'utf8').trim();

  const secrets = {
    folder,
    postgresPassword: text('postgres.password', aKey),
    databasePasswords: each((name) => text(`database-${name}.password`, aKey)),
    viewerStatementKeys: each((name) => text(`viewer-statement-${name}.key`, aKey)),
    deadLetterKey: text('dead-letters.key', aKey),
    consentGrantKey: text('consent-grants.key', aKey),
    piiKeyringFile: ensure('pii.keyring.json', aKeyring),
    piiIndexKeyFile: ensure('pii.index-key', aKeyring),
    ballotServiceKeyFile: ensure('ballot-service.jwk.json', aSigningKey),
    ballotKeyDir: join(folder, 'ballot-keys'),
    issuerKeyFile: ensure('issuer.jwk.json', aSigningKey),
    issuerCookieKey: text('issuer-cookies.key', aKey),
  };
  // Public, and always that of the private key beside it.
  secrets.issuerKeySetFile = join(folder, 'issuer.jwks.json');
  const issuerKey = JSON.parse(readFileSync(secrets.issuerKeyFile, 'utf8'));
  writeWhole(secrets.issuerKeySetFile, JSON.stringify({ keys: [publicPart(issuerKey)] }, null, 2));
  mkdirSync(secrets.ballotKeyDir, { recursive: true, mode: 0o700 });
  chmodSync(secrets.ballotKeyDir, 0o700);

  const names = [
    'postgres.password',
    'dead-letters.key',
    'consent-grants.key',
    'pii.keyring.json',
    'pii.index-key',
    'ballot-service.jwk.json',
    'issuer.jwk.json',
    'issuer-cookies.key',
    ...subgraphs.flatMap((name) => [`database-${name}.password`, `viewer-statement-${name}.key`]),
  ];
  if (names.some((name) => !made.includes(name))) writeWhole(secretsMade, JSON.stringify(names, null, 2));
  return secrets;
}

function each(make) {
  return Object.fromEntries(subgraphs.map((name) => [name, make(name)]));
}

function aKey() {
  return randomBytes(32).toString('base64url');
}

/** As `libs/pii` reads it: versions from 1, keys of 32 bytes in base64. */
function aKeyring() {
  return JSON.stringify({ current: 1, keys: { 1: randomBytes(32).toString('base64') } }, null, 2);
}

/** An ES256 key; its id is its thumbprint (RFC 7638). */
function aSigningKey() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y, d } = privateKey.export({ format: 'jwk' });
  const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
  return JSON.stringify({ kty, crv, x, y, d, kid, alg: 'ES256', use: 'sig' }, null, 2);
}

function publicPart({ kty, crv, x, y, kid, alg, use }) {
  return { kty, crv, x, y, kid, alg, use };
}

function readMade(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return [];
  }
}

function writeWhole(file, text) {
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, `${text}\n`, { mode: 0o600 });
  renameSync(draft, file);
}
