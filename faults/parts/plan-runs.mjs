import { join } from 'node:path';

/**
 * The runs behind these names. A run's module exports `options` (names and defaults), `controls` (name and what it
 * breaks), `short` (options of its short forms, one list entry a run) and `run(fault)`.
 */
export async function planRuns({ folder, names, isShort }) {
  const runs = [];
  for (const name of names) {
    const { options = {}, controls = {}, short = [], run } = await import(join(folder, `${name}.mjs`));
    const usual = { ...options, break: '' };
    if (isShort) runs.push(...short.map((changes) => ({ name, run, controls, options: { ...usual, ...changes } })));
    else runs.push({ name, run, controls, options: usual });
  }
  return runs;
}

/** Always the same fields in the same order. */
export function lineOf(fault, { operations, acknowledged, lost, doubled, wrong, notes = {} }, seconds) {
  return {
    name: fault.name,
    operations,
    acknowledged,
    lost,
    doubled,
    wrong,
    seconds: Math.round(seconds * 10) / 10,
    notes: {
      seed: fault.seed,
      ...(fault.control === null ? {} : { break: fault.control }),
      ...notes,
      machine: fault.machine,
    },
  };
}

/** Nothing lost, doubled or wrong; and where something was broken on purpose, that the run saw it. */
export function isAsExpected({ lost, doubled, wrong, notes }) {
  const isClean = lost === 0 && doubled === 0 && wrong === 0;
  if (notes.failed !== undefined) return false;
  return notes.break === undefined ? isClean : !isClean;
}
