#!/usr/bin/env node
/**
 * `npm run build`: compiles every package's `src` to its `dist` with SWC, in one process, and only what changed.
 * A file is skipped when its size and time, or else its content, are those of its last build with the same settings.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { withLock } from '../deploy/local/src/lock.mjs';
import { root, workshop } from '../deploy/local/src/paths.mjs';

const source = /(?<!\.d|\.spec|\.int-spec|\.e2e-spec)\.ts$/;
const stampName = '.build.json';

/** @returns how many files there are and how many were compiled */
export async function build({ onWait = () => {} } = {}) {
  return withLock(join(workshop, 'build.lock'), { note: 'build', onWait }, buildPackages);
}

async function buildPackages() {
  const settings = settingsFingerprint();
  const totals = { files: 0, compiled: 0 };
  for (const folder of packageFolders()) {
    const { files, compiled } = await buildPackage(folder, settings);
    totals.files += files;
    totals.compiled += compiled;
  }
  return totals;
}

/** Every workspace with a `src` that holds TypeScript. */
function packageFolders() {
  const { workspaces } = readJson(join(root, 'package.json'));
  return workspaces
    .flatMap((pattern) => {
      if (!pattern.endsWith('/*')) return [join(root, pattern)];
      const parent = join(root, pattern.slice(0, -2));
      return readdirSync(parent, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => join(parent, entry.name));
    })
    .filter((folder) => existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'src')))
    .sort();
}

async function buildPackage(folder, settings) {
  const from = join(folder, 'src');
  const to = join(folder, 'dist');
  const stampFile = join(to, stampName);
  const before = stampOf(stampFile, settings);
  const after = {};
  const pending = [];

  const names = readdirSync(from, { recursive: true }).filter((name) => source.test(name));
  for (const name of names) {
    const { mtimeMs, size } = statSync(join(from, name));
    const known = before[name];
    const isBuilt = known !== undefined && existsSync(join(to, outputOf(name)));
    if (isBuilt && known.mtimeMs === mtimeMs && known.size === size) {
      after[name] = known;
      continue;
    }
    const text = readFileSync(join(from, name), 'utf8');
    const hash = hashOf(text);
    after[name] = { mtimeMs, size, hash };
    if (!isBuilt || known.hash !== hash) pending.push(compile(from, to, name, text));
  }
  const gone = Object.keys(before).filter((name) => after[name] === undefined);
  if (pending.length > 0) await Promise.all(pending);
  for (const name of gone) {
    rmSync(join(to, outputOf(name)), { force: true });
    rmSync(join(to, `${outputOf(name)}.map`), { force: true });
  }
  if (JSON.stringify(before) !== JSON.stringify(after)) {
    mkdirSync(to, { recursive: true });
    replaceFile(stampFile, JSON.stringify({ settings, files: after }));
  }
  return { files: names.length, compiled: pending.length };
}

let swc;

async function compile(from, to, name, text) {
  swc ??= import('@swc/core').then((module) => ({
    transform: (module.default ?? module).transform,
    options: swcOptions(),
  }));
  const { transform, options } = await swc;
  const target = join(to, outputOf(name));
  const { code, map } = await transform(text, {
    ...options,
    swcrc: false,
    configFile: false,
    filename: join(from, name),
    sourceFileName: relative(dirname(target), join(from, name)),
    sourceMaps: true,
  });
  mkdirSync(dirname(target), { recursive: true });
  replaceFile(`${target}.map`, map);
  replaceFile(target, `${code}//# sourceMappingURL=${target.slice(dirname(target).length + 1)}.map\n`);
}

function swcOptions() {
  const options = readJson(join(root, '.swcrc'));
  delete options.$schema;
  return options;
}

/** A different compiler or different settings make every output stale. */
function settingsFingerprint() {
  const compiler = readJson(join(root, 'node_modules', '@swc', 'core', 'package.json')).version;
  return hashOf(
    `${compiler}\n${readFileSync(join(root, '.swcrc'), 'utf8')}\n${readFileSync(new URL(import.meta.url), 'utf8')}`,
  );
}

function stampOf(file, settings) {
  try {
    const stamp = readJson(file);
    return stamp.settings === settings ? stamp.files : {};
  } catch {
    return {};
  }
}

function outputOf(name) {
  return name.replace(/\.ts$/, '.js');
}

function hashOf(text) {
  return createHash('sha256').update(text).digest('hex');
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** A process that starts meanwhile reads the old file or the new one, never half of one. */
function replaceFile(file, text) {
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, text);
  renameSync(draft, file);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const began = Date.now();
  try {
    const { files, compiled } = await build({ onWait: () => console.error('waiting for another build') });
    console.error(`built ${compiled} of ${files} files in ${Date.now() - began} ms`);
  } catch (error) {
    console.error(error.message ?? error);
    process.exitCode = 1;
  }
}
