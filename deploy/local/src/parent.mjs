import { commandLineOf, identityOf, parentOf } from './process-identity.mjs';

/**
 * Calls back once when whoever started this process is gone: the same program on an older Node (its channel closes),
 * or the parent, and npm above the shell that npm puts between.
 */
export function whenParentIsGone(callback) {
  let called = false;
  const call = () => {
    if (called) return;
    called = true;
    clearInterval(timer);
    callback();
  };
  if (process.env.ZHIJIA_PARENT === 'ipc' && process.channel !== undefined) {
    process.on('disconnect', call);
    process.channel.unref?.();
  }
  const watched = ancestors();
  const timer = setInterval(() => {
    if (watched.some(({ pid, identity }) => identityOf(pid) !== identity)) call();
  }, 500);
  timer.unref();
}

function ancestors() {
  const found = [];
  let pid = process.ppid;
  while (pid > 1 && found.length < 4) {
    found.push({ pid, identity: identityOf(pid) });
    const line = commandLineOf(pid);
    // Between npm and us stands a shell, and between an older Node's run of this program and us nothing else.
    const isBetween = /^\S*sh -c /.test(line) || process.env.ZHIJIA_PARENT === 'ipc';
    const next = parentOf(pid);
    if (!isBetween || process.env.npm_lifecycle_event === undefined) break;
    if (!isNpmOrBetween(commandLineOf(next))) break;
    pid = next;
  }
  return found.filter(({ identity }) => identity !== null);
}

function isNpmOrBetween(line) {
  return /^npm\b/.test(line) || /\bnpm(-cli\.js)?\b/.test(line) || /^\S*sh -c /.test(line);
}
