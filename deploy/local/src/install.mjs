import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnLeashed } from './leash.mjs';
import { withLock } from './lock.mjs';
import { freshLog, root, workshop } from './paths.mjs';
import { lastLines } from './logs.mjs';
import { Obstacle, asObstacle } from './obstacle.mjs';
import { findCommand } from './find-command.mjs';

/**
 * Brings node_modules to what package-lock.json says, and does nothing when it is there. Two commands on one checkout
 * take turns.
 */
export async function ensureInstalled(progress) {
  if (isInstalled()) return;
  await withLock(
    join(workshop, 'install.lock'),
    { note: 'npm ci', onWait: () => progress.say('… waiting for another command that installs the packages') },
    async () => {
      if (isInstalled()) return;
      await progress.step('Installing packages with npm ci (about a minute)', install);
    },
  );
}

/** What npm says it installed against what the lock file asks for; packages for other platforms may be absent. */
function isInstalled() {
  const wanted = packagesIn(join(root, 'package-lock.json'));
  const present = packagesIn(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === null || present === null) return false;
  if (!existsSync(join(root, 'node_modules', '.bin', 'node'))) return false;
  return Object.entries(wanted).every(([place, { version, optional, devOptional, link }]) => {
    if (!place.startsWith('node_modules/')) return true;
    const found = present[place];
    if (found === undefined) return optional === true || devOptional === true;
    return link === true ? existsSync(join(root, place)) : found.version === version;
  });
}

function packagesIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return null;
  }
}

async function install() {
  mkdirSync(workshop, { recursive: true });
  await installPackages(root, freshLog(join(workshop, 'logs'), 'install'));
}

/** Brings a package's own node_modules to what its lock file says. */
export async function installPackages(directory, logFile) {
  const [command, args] = npm();
  const { code, signal } = await spawnLeashed(command, [...args, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    plan: '-TERM:5',
    cwd: directory,
    logFile,
    env: withoutNpmSettings(process.env),
  }).exited;
  if (code === 0) return;
  const why = lastLines(logFile, 8);
  const disk = asObstacle(why, directory);
  if (disk instanceof Obstacle) throw disk;
  throw new Obstacle(
    `npm ci failed (${signal ?? `exit code ${code}`}): check the network and the registry, and start again; its last words:\n${why}`,
  );
}

function npm() {
  const cli = process.env.npm_execpath;
  if (cli !== undefined && /npm-cli\.js$/.test(cli) && existsSync(cli)) return [process.execPath, [cli]];
  const found = findCommand('npm');
  if (found === null) throw new Obstacle('npm is missing: install Node.js with npm (20 or newer) and start again.');
  return [found, []];
}

/** What `npm start` hands down describes `npm start`, not an installation; where packages come from stays. */
function withoutNpmSettings(env) {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) =>
        !/^npm_(lifecycle|package|command|config_(?!.*(registry|proxy|cafile|cache|userconfig|globalconfig)))/.test(
          name,
        ) && name !== 'NODE_OPTIONS',
    ),
  );
}
