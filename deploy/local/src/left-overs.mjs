import { readFileSync, rmSync, writeFileSync, renameSync } from 'node:fs';
import { isAlive } from './process-identity.mjs';

/** The leash ends what a killed supervisor ran, in this time or, where it was killed too, not at all. */
const leashMs = 5_000;

/** PostgreSQL may need its time for a last checkpoint. */
const politeMs = 40_000;

/** Remembers what runs, so that the next start knows what may still be ending. */
export function rememberProcesses(file, processes) {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(draft, JSON.stringify(processes, null, 2), { mode: 0o600 });
    renameSync(draft, file);
  } catch {
    // A full disk must not end a running stack for the sake of a note that the leash makes needless nearly always.
    rmSync(draft, { force: true });
  }
}

/**
 * Waits until everything that the last supervisor ran has ended, and ends what its leash failed to end. Only processes
 * that are provably those are touched: the pid and the moment of birth must both be theirs.
 */
export async function endLeftOvers(file, say) {
  const left = () => read(file).filter(isAlive);
  if (left().length > 0) {
    say(`… waiting for ${names(left())} of the last start to end`);
    await untilNone(left, leashMs);
    for (const { pid, name } of left()) process.kill(pid, name === 'postgres' ? 'SIGINT' : 'SIGTERM');
    await untilNone(left, politeMs);
    for (const { pid } of left()) process.kill(pid, 'SIGKILL');
    await untilNone(left, leashMs);
  }
  rmSync(file, { force: true });
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return [];
  }
}

function names(processes) {
  return processes.map(({ name }) => name).join(', ');
}

async function untilNone(left, withinMs) {
  const deadline = Date.now() + withinMs;
  while (left().length > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 100));
}
