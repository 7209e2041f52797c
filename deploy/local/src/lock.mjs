import { randomBytes } from 'node:crypto';
import { mkdirSync, openSync, closeSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { identityOf, isAlive } from './process-identity.mjs';

/** A lock file without its contents yet is somebody between two system calls, or somebody who died there. */
const halfWrittenForMs = 2_000;

/**
 * One holder at a time for a file's name. The holder is a process, not a file: a lock left behind by a killed process
 * is free.
 *
 * @returns `{ lock }` when it is ours now, `{ holder }` (pid, identity, note) when somebody alive has it
 */
export function takeLock(file, note = '') {
  mkdirSync(dirname(file), { recursive: true });
  for (;;) {
    const token = randomBytes(8).toString('hex');
    if (writeExclusively(file, contents(token, note))) return { lock: lockOn(file, token, note) };
    const holder = readHolder(file);
    if (holder === null) continue;
    if (holder.token === undefined) return { holder };
    if (isAlive(holder)) return { holder };
    removeStale(file, holder);
  }
}

/** Waits for the lock, works, and gives it back. */
export async function withLock(file, { note = '', onWait = () => {} }, work) {
  let told = false;
  for (;;) {
    const { lock, holder } = takeLock(file, note);
    if (lock !== undefined) {
      try {
        return await work();
      } finally {
        lock.release();
      }
    }
    if (!told) onWait(holder);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Takes over a lock that the parent process handed on with its token. */
export function adoptLock(file, token, note = '') {
  if (readHolder(file)?.token !== token) return null;
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, contents(token, note), { mode: 0o600 });
  renameSync(draft, file);
  return lockOn(file, token, note);
}

/** Who holds the lock and is alive, or null. */
export function holderOf(file) {
  const holder = readHolder(file);
  return holder !== null && isAlive(holder) ? holder : null;
}

function lockOn(file, token, note) {
  return {
    token,
    note,
    release() {
      if (readHolder(file)?.token === token) rmSync(file, { force: true });
    },
  };
}

function contents(token, note) {
  return JSON.stringify({ pid: process.pid, identity: identityOf(process.pid), token, note });
}

function writeExclusively(file, text) {
  try {
    const handle = openSync(file, 'wx', 0o600);
    try {
      writeFileSync(handle, text);
    } finally {
      closeSync(handle);
    }
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(file) {
  try {
    const age = Date.now() - statSync(file).mtimeMs;
    try {
      return JSON.parse(readFileSync(file, 'utf8'));
    } catch (error) {
      if (error.code === 'ENOENT') return null;
      return age < halfWrittenForMs
        ? { pid: 0, note: '' }
        : { pid: 0, identity: null, token: 'half-written', note: '' };
    }
  } catch {
    return null;
  }
}

/** Moving has one winner; whoever moved a lock that was taken meanwhile puts it back. */
function removeStale(file, holder) {
  const aside = `${file}.stale-${randomBytes(4).toString('hex')}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const moved = readHolder(aside);
  if (moved !== null && moved.token !== holder.token && isAlive(moved)) renameSync(aside, file);
  else rmSync(aside, { force: true });
}
