import { chmodSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const root = fileURLToPath(new URL('../../../', import.meta.url)).replace(/\/$/, '');

/** What belongs to the checkout and not to one set of data: jars, locks of install and build. */
export const workshop = join(root, '.zhijia');

export function defaultDataDir() {
  return resolve(process.env.ZHIJIA_DATA_DIR || workshop);
}

/** Where things lie inside a data directory. */
export function layout(dataDir) {
  return {
    dataDir,
    lock: join(dataDir, 'supervisor.lock'),
    state: join(dataDir, 'stack.json'),
    processes: join(dataDir, 'processes.json'),
    demonstration: join(dataDir, 'demonstration.json'),
    demonstrationFiles: join(dataDir, 'demonstration'),
    secrets: join(dataDir, 'secrets'),
    secretsMade: join(dataDir, 'secrets.made.json'),
    issuerApplications: join(dataDir, 'issuer-applications.json'),
    trustedIssuers: join(dataDir, 'trusted-issuers.json'),
    identities: join(dataDir, 'identities.json'),
    postgres: join(dataDir, 'postgres'),
    kafka: join(dataDir, 'kafka'),
    logs: join(dataDir, 'logs'),
  };
}

/** Passable for PostgreSQL's own user when root starts the stack; what is private inside has modes of its own. */
export function makePassable(directory) {
  if (existsSync(directory)) return;
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, 0o711);
}

/** A log starts anew with each start; the one before stays readable. */
export function freshLog(logs, name) {
  mkdirSync(logs, { recursive: true });
  const file = join(logs, `${name}.log`);
  if (existsSync(file)) renameSync(file, join(logs, `${name}.previous.log`));
  return file;
}
