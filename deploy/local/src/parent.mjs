import { isContinuation } from './node24.mjs';
import { commandLineOf, identityOf, parentOf } from './process-identity.mjs';

/**
 * Calls back once when whoever started this process is gone: the same program on an older Node (its channel closes),
 * or the parent, and npm above the shell that npm puts between. A detached start watches the channel only.
 */
export function whenParentIsGone(callback, { channelOnly = false } = {}) {
  let called = false;
  const call = () => {
    if (called) return;
    called = true;
    clearInterval(timer);
    callback();
  };
  if (isContinuation && process.channel !== undefined) {
    process.on('disconnect', call);
    process.channel.unref?.();
  }
  const watched = channelOnly ? [] : ancestors();
  const timer = setInterval(() => {
    if (watched.some(({ pid, identity }) => identityOf(pid) !== identity)) call();
  }, 500);
  timer.unref();
}

/** The parent; above an older Node's run of this program its parent; and npm, when npm's shell stands between. */
function ancestors() {
  let pid = process.ppid;
  const pids = [pid];
  if (isContinuation) pids.push((pid = parentOf(pid)));
  if (process.env.npm_lifecycle_event !== undefined && /^\S*sh -c /.test(commandLineOf(pid))) {
    pid = parentOf(pid);
    if (/\bnpm\b/.test(commandLineOf(pid))) pids.push(pid);
  }
  return pids.filter((each) => each > 1).map((each) => ({ pid: each, identity: identityOf(each) }));
}
