import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { healthOf, isUp } from './health.mjs';
import { holderOf } from './lock.mjs';
import { defaultDataDir, layout } from './paths.mjs';

/** What the supervisor knows, for other processes of the same user: it holds the databases' passwords. */
export function writeState(dataDir, state) {
  const { state: file } = layout(dataDir);
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, JSON.stringify(state, null, 2), { mode: 0o600 });
  renameSync(draft, file);
}

export function removeState(dataDir) {
  rmSync(layout(dataDir).state, { force: true });
}

/**
 * The running stack as its supervisor wrote it down, or null when none runs on this data directory. For tools that
 * need URLs and keys: `environments` holds what each service finds in its environment.
 */
export function readState(dataDir = defaultDataDir()) {
  const holder = holderOf(layout(dataDir).lock);
  if (holder === null) return null;
  try {
    const state = JSON.parse(readFileSync(layout(dataDir).state, 'utf8'));
    return state.supervisor.identity === holder.identity ? state : null;
  } catch {
    return null;
  }
}

/** The state with what each service says now: the shape of `npm run stack -- status --json`. */
export async function readStatus(dataDir = defaultDataDir()) {
  const state = readState(dataDir);
  if (state === null) {
    return { ready: false, gateway: {}, services: {}, databases: {}, kafka: { brokers: '' }, startedInMs: null };
  }
  const health = Object.fromEntries(
    await Promise.all(Object.entries(state.ports).map(async ([name, port]) => [name, await healthOf(port)])),
  );
  return {
    ready: state.phase === 'ready' && Object.values(health).every(isUp),
    gateway: state.gateway,
    services: Object.fromEntries(
      Object.entries(state.services).map(([name, { url, pid }]) => [name, { url, health: health[name], pid }]),
    ),
    databases: state.databases,
    kafka: { brokers: state.kafka.brokers },
    startedInMs: state.startedInMs,
  };
}
