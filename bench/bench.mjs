#!/usr/bin/env node
/**
 * `npm run bench -- <name> [options]`: runs `bench/benches/<name>.mjs` on real parts of its own and prints one JSON line
 * on stdout, everything else on stderr. What it started is stopped however it ends. The format is in README.md.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Obstacle } from '../deploy/local/src/obstacle.mjs';
import { runCommand } from '../tools/runs/run-command.mjs';

const folder = join(import.meta.dirname, 'benches');

function plan([name, ...args]) {
  const names = readdirSync(folder).flatMap((file) => (file.endsWith('.mjs') ? [file.slice(0, -4)] : []));
  if (name === undefined || !existsSync(join(folder, `${name}.mjs`))) {
    throw new Obstacle(`${name ?? 'Nothing'} is no bench here; use npm run bench -- ${names.join(' | ')}.`);
  }
  return { name, args };
}

async function run({ name, args }, { open, print }) {
  const { run: measure, options = {} } = await import(`./benches/${name}.mjs`);
  const bench = open({ name, options, args });
  const result = await measure(bench);
  await bench.close();
  print(line(name, result));
  return 0;
}

/** Always the same fields in the same order, whatever a bench leaves out. */
function line(name, { value, unit, limit, ratio, p50Ms = null, p99Ms = null, notes = {} }) {
  return { name, value, unit, limit, ratio, p50Ms, p99Ms, notes };
}

await runCommand({ kind: 'bench', plan, run });
