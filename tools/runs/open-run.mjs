import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { holderOf, takeLock } from '../../deploy/local/src/lock.mjs';
import { Obstacle } from '../../deploy/local/src/obstacle.mjs';
import { removePostgresHome } from '../../deploy/local/src/postgres-home.mjs';

/**
 * What a bench or a fault run is given: its options, a directory of its own, and a list of what has to be undone in the
 * end.
 *
 * @param {object} options
 * @param {string} options.kind `bench`, `faults`: whose left-over directories are cleared away
 * @param {string} options.name
 * @param {Record<string, number | string>} options.options names and defaults; a number's option takes numbers only
 * @param {readonly string[]} options.args
 * @param {ReturnType<typeof import('../../deploy/local/src/progress.mjs').createProgress>} options.progress
 * @returns `{ name, options, progress, directory, machine, undo(step), close() }`
 */
export function openRun({ kind, name, options: defaults, args, progress }) {
  const options = readOptions(`${kind} ${name}`, defaults, args);
  const prefix = `zhijia-${kind}-`;
  sweepLeftOvers(prefix);
  const directory = mkdtempSync(join(tmpdir(), prefix));
  // PostgreSQL's own user passes through; it owns what it reads.
  chmodSync(directory, 0o711);
  const { lock } = takeLock(lockOf(directory), `${kind} ${name}`);

  const undo = [];
  let closing = null;
  const close = async () => {
    for (const step of undo.splice(0).reverse()) {
      await Promise.resolve(step()).catch((error) => progress.say(`✗ ${error.message}`));
    }
    lock.release();
    removeDirectory(directory);
  };
  return {
    name,
    options,
    progress,
    directory,
    machine: {
      cpus: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
      memoryGb: Math.round(totalmem() / 2 ** 30),
      node: process.version,
      /** Of the minute before: what else ran when this began. */
      loadBefore: Math.round(loadavg()[0] * 100) / 100,
    },
    /** Last in, first undone; also when the run fails or is interrupted. */
    undo: (step) => undo.push(step),
    close: () => (closing ??= close()),
  };
}

function readOptions(title, defaults, args) {
  let values;
  try {
    const options = Object.fromEntries(Object.keys(defaults).map((option) => [option, { type: 'string' }]));
    ({ values } = parseArgs({ args: [...args], options }));
  } catch (error) {
    const known = Object.entries(defaults).map(([option, value]) => `--${option} ${value === '' ? '...' : value}`);
    throw new Obstacle(`${error.message} ${title} takes ${known.join(', ') || 'no options'}.`);
  }
  return Object.fromEntries(
    Object.entries(defaults).map(([option, usual]) => {
      const given = values[option];
      if (given === undefined) return [option, usual];
      if (typeof usual === 'string') return [option, given];
      if (!(Number(given) > 0)) throw new Obstacle(`--${option} takes a number above 0, not ${given}.`);
      return [option, Number(given)];
    }),
  );
}

/** Runs that were killed could not clear up; their processes ended with them. */
function sweepLeftOvers(prefix) {
  for (const name of readdirSync(tmpdir())) {
    const directory = join(tmpdir(), name);
    const isLeft = name.startsWith(prefix) && existsSync(lockOf(directory)) && holderOf(lockOf(directory)) === null;
    if (isLeft) removeDirectory(directory);
  }
}

function lockOf(directory) {
  return join(directory, 'supervisor.lock');
}

function removeDirectory(directory) {
  try {
    removePostgresHome(join(directory, 'postgres'));
    rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  } catch {
    // Just being written by a process that ends: the next run finds it.
  }
}
