import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * How far a load is, so that one that was broken off goes on. The facts of a stage are written with the stage; what it
 * does in the product it does under keys of this load, so that half a stage can be done again.
 */
export function openProgress(file, { seed, members }) {
  let state = read(file);
  const isOther = state !== null && (state.seed !== seed || state.members !== members);
  if (state === null || isOther) state = { seed, members, load: randomUUID(), done: [], facts: {} };

  const write = () => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.tmp`, `${JSON.stringify(state, null, 2)}\n`);
    renameSync(`${file}.tmp`, file);
  };

  return {
    /** Forgets what was done: the databases were thrown away meanwhile. */
    startAnew() {
      state = { seed, members, load: randomUUID(), done: [], facts: {} };
      write();
    },
    isDone: (stage) => state.done.includes(stage),
    hasBegun: () => state.done.length > 0,
    facts: () => state.facts,
    /** Keeps facts for later stages and for a second try. */
    note(facts) {
      state.facts = { ...state.facts, ...facts };
      write();
    },
    finish(stage) {
      state.done.push(stage);
      write();
    },
    /** An idempotency key of this load. */
    keyOf: (...parts) => [state.load.slice(0, 8), ...parts].join(':'),
  };
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}
