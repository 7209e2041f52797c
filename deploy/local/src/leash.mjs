import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { identityOf } from './process-identity.mjs';

const script = readFileSync(new URL('./leash.sh', import.meta.url), 'utf8');

/** Everything this process holds on a leash now. */
const held = new Set();

let isClosed = false;
let onHeldChange = () => {};

/** Calls back with `{ name, pid, identity }` of all that is held, whenever that changes. */
export function watchHeld(callback) {
  onHeldChange = () => callback([...held].map(({ name, pid, identity }) => ({ name, pid, identity })));
  onHeldChange();
}

/**
 * Starts a command that ends with this process, however this process ends: `kill -9` included. It gets a process group
 * of its own, so that Ctrl-C reaches only us and the order of stopping is ours.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {object} options
 * @param {string} [options.name] for messages
 * @param {string} options.plan signals and seconds, as described in leash.sh
 * @param {string} [options.logFile] where its output goes; without it `stdio` says
 * @param {'ignore' | 'pipe'} [options.stdin] `pipe`: a standard input that ends with this process, and never before
 * @param {import('node:child_process').StdioOptions} [options.stdio] for fds 0-2
 */
export function spawnLeashed(command, args, options) {
  if (isClosed) throw new Error('Stopping: nothing is started any more');
  const log = options.logFile === undefined ? undefined : openSync(options.logFile, 'a');
  const [stdin, stdout, stderr] = options.stdio ?? [options.stdin ?? 'ignore', log ?? 'ignore', log ?? 'ignore'];
  const child = spawn('/bin/sh', ['-c', script, 'leash', options.plan, command, ...args], {
    cwd: options.cwd ?? '/',
    env: options.env ?? process.env,
    ...(options.owner ?? {}),
    detached: true,
    stdio: [stdin, stdout, stderr, 'pipe'],
  });
  if (log !== undefined) closeSync(log);
  const leash = child.stdio[3];
  leash.on('error', () => {});
  child.stdin?.on('error', () => {});

  let outcome = null;
  const exited = new Promise((resolve) => {
    const settle = (code, signal, error) => {
      if (outcome !== null) return;
      outcome = { code, signal, error };
      held.delete(leashed);
      onHeldChange();
      leash.end('ended\n');
      // Children of its own that it left behind: the group's id cannot be another's while one of them lives.
      if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
      resolve(outcome);
    };
    child.on('error', (error) => settle(null, null, error));
    child.on('exit', (code, signal) => settle(code, signal));
  });

  const leashed = {
    name: options.name ?? basename(command),
    pid: child.pid,
    identity: child.pid === undefined ? null : identityOf(child.pid),
    child,
    exited,
    get outcome() {
      return outcome;
    },
    get isRunning() {
      return outcome === null;
    },
    /** Ends it politely, then firmly; resolves when it is gone. */
    async stop(plan = options.plan) {
      for (const step of plan.split(' ')) {
        if (outcome !== null) break;
        const [signal, seconds] = step.split(':');
        if (signal.startsWith('-')) signalGroup(child.pid, `SIG${signal.slice(1)}`);
        else child.kill(`SIG${signal}`);
        await Promise.race([exited, delay(Number(seconds) * 1000)]);
      }
      this.kill();
      return exited;
    },
    /** Ends it and its group at once. */
    kill() {
      if (outcome !== null || child.pid === undefined) return;
      child.kill('SIGKILL');
      signalGroup(child.pid, 'SIGKILL');
    },
  };
  held.add(leashed);
  onHeldChange();
  return leashed;
}

/** Ends all that runs, whatever it was for, and starts nothing any more: for a start that is broken off. */
export async function stopEverything() {
  isClosed = true;
  await Promise.all([...held].map((leashed) => leashed.stop()));
}

/** For the second Ctrl-C. */
export function killEverything() {
  isClosed = true;
  for (const leashed of held) leashed.kill();
}

/** Runs a command to its end; resolves with its outcome and never rejects for an exit code. */
export async function runLeashed(command, args, options) {
  const leashed = spawnLeashed(command, args, options);
  return leashed.exited;
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody left in it.
  }
}

function delay(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
