#!/usr/bin/env node
/**
 * `npm run bench -- <name> [options]`: runs `bench/benches/<name>.mjs` on real parts of its own and prints one JSON line
 * on stdout, everything else on stderr. What it started is stopped however it ends. The format is in README.md.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled } from '../deploy/local/src/install.mjs';
import { requireJava, requireMaven } from '../deploy/local/src/kafka-jars.mjs';
import { killEverything } from '../deploy/local/src/leash.mjs';
import { continueOnNode24, isNode24 } from '../deploy/local/src/node24.mjs';
import { Obstacle } from '../deploy/local/src/obstacle.mjs';
import { whenParentIsGone } from '../deploy/local/src/parent.mjs';
import { createProgress } from '../deploy/local/src/progress.mjs';

const folder = join(import.meta.dirname, 'benches');
const progress = createProgress();
let bench = null;
let isInterrupted = false;

async function main([name, ...args]) {
  const names = readdirSync(folder).flatMap((file) => (file.endsWith('.mjs') ? [file.slice(0, -4)] : []));
  if (name === undefined || !existsSync(join(folder, `${name}.mjs`))) {
    throw new Obstacle(`${name ?? 'Nothing'} is no bench here; use npm run bench -- ${names.join(' | ')}.`);
  }
  requireJava();
  requireMaven();
  await ensureInstalled(progress);
  if (!isNode24()) return continueOnNode24();

  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ]) {
    process.on(signal, () => void interrupt(code));
  }
  whenParentIsGone(() => void interrupt(1));

  const { openBench } = await import('./parts/open-bench.mjs');
  const { run, options = {} } = await import(`./benches/${name}.mjs`);
  bench = openBench({ name, options, args, progress });
  const result = await run(bench);
  await bench.close();
  if (!isInterrupted) process.stdout.write(`${JSON.stringify(line(name, result))}\n`);
  return 0;
}

/** Always the same fields in the same order, whatever a bench leaves out. */
function line(name, { value, unit, limit, ratio, p50Ms = null, p99Ms = null, notes = {} }) {
  return { name, value, unit, limit, ratio, p50Ms, p99Ms, notes };
}

async function interrupt(code) {
  if (isInterrupted) return killEverything();
  isInterrupted = true;
  await bench?.close();
  killEverything();
  process.exit(code);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!isInterrupted) {
    process.stderr.write(`${error instanceof Obstacle ? error.message : (error.stack ?? error)}\n`);
    await bench?.close();
  }
  process.exitCode = 1;
}
// Sockets of half-open probes must not keep a finished run.
if (isNode24() && !isInterrupted) process.exit();
