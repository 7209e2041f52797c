import { readFileSync, rmSync, writeFileSync, renameSync } from 'node:fs';
import { isAlive } from './process-identity.mjs';

/** The leash ends what a killed supervisor ran; PostgreSQL may need its time for that. */
const leashMs = 45_000;

/** Remembers what runs, so that the next start knows what may still be ending. */
export function rememberProcesses(file, processes) {
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, JSON.stringify(processes, null, 2), { mode: 0o600 });
  renameSync(draft, file);
}

/**
 * Waits until everything that the last supervisor ran has ended, and ends what its leash failed to end. Only processes
 * that are provably those are touched: the pid and the moment of birth must both be theirs.
 */
export async function endLeftOvers(file, say) {
  const left = () => read(file).filter(isAlive);
  if (left().length > 0) {
    say(
      `… waiting for ${left()
        .map(({ name }) => name)
        .join(', ')} of the last start to end`,
    );
    const deadline = Date.now() + leashMs;
    while (left().length > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 100));
    for (const { pid } of left()) process.kill(pid, 'SIGKILL');
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
