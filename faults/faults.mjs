#!/usr/bin/env node
/**
 * `npm run faults -- <name> [options]`: runs `faults/runs/<name>.mjs`, a bad day, on real parts of its own and prints one
 * JSON line on stdout, everything else on stderr. `npm run faults -- short [names]` runs the short forms and their red
 * controls, a line each. What was started is stopped however it ends. README.md says what the line and the exit code mean.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Obstacle } from '../deploy/local/src/obstacle.mjs';
import { build } from '../tools/build.mjs';
import { runCommand } from '../tools/runs/run-command.mjs';

const folder = join(import.meta.dirname, 'runs');

function plan([name, ...args]) {
  const known = readdirSync(folder).flatMap((file) => (file.endsWith('.mjs') ? [file.slice(0, -4)] : []));
  const require = (one) => {
    if (one !== undefined && existsSync(join(folder, `${one}.mjs`))) return one;
    throw new Obstacle(`${one ?? 'Nothing'} is no fault here; use npm run faults -- ${known.join(' | ')} | short.`);
  };
  if (name !== 'short') return { title: require(name), names: [name], args, isShort: false };
  const options = args.findIndex((each) => each.startsWith('--'));
  const chosen = options === -1 ? args : args.slice(0, options);
  return {
    title: 'short',
    names: chosen.length === 0 ? known : chosen.map(require),
    args: options === -1 ? [] : args.slice(options),
    isShort: true,
  };
}

async function run({ title, names, args, isShort }, { progress, open, print }) {
  await progress.step(
    'Build',
    () => build(),
    ({ files, compiled }) => `${compiled} of ${files} files compiled`,
  );
  // Runs use the product's own libraries: they can be read from here on.
  const { planRuns, lineOf, isAsExpected } = await import('./parts/plan-runs.mjs');
  const { openFault } = await import('./parts/open-fault.mjs');
  const { openScenes } = await import('./parts/scene.mjs');
  const runs = await planRuns({ folder, names, isShort });
  const opened = open({ name: title, options: { seed: '', ...(isShort ? {} : runs[0].options) }, args });
  const scenes = openScenes(opened);

  let areAllAsExpected = true;
  for (const each of runs) {
    const options = isShort ? { ...each.options, seed: opened.options.seed } : opened.options;
    const fault = openFault(opened, scenes, each, options);
    const began = performance.now();
    const result = await each
      .run(fault)
      .catch((error) => failed(error, progress))
      .finally(() => fault.close());
    const line = lineOf(fault, result, (performance.now() - began) / 1_000);
    areAllAsExpected &&= isAsExpected(line);
    print(line);
  }
  await opened.close();
  return areAllAsExpected ? 0 : 1;
}

/** A run that could not be made is wrong too, and the others go on. */
function failed(error, progress) {
  if (error instanceof Obstacle) throw error;
  progress.say(error.stack ?? String(error));
  return { operations: 0, acknowledged: 0, lost: 0, doubled: 0, wrong: 1, notes: { failed: error.message } };
}

/** What `short` would run, for who wants to tell about each: `[{ name, break }]`. */
async function list() {
  const { planRuns } = await import('./parts/plan-runs.mjs');
  const runs = await planRuns({ folder, names: plan(['short']).names, isShort: true });
  process.stdout.write(`${JSON.stringify(runs.map(({ name, options }) => ({ name, break: options.break })))}\n`);
}

if (process.argv.slice(2).join(' ') === 'short --list') await list();
else await runCommand({ kind: 'faults', plan, run });
