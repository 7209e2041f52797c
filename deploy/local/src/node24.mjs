import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Obstacle } from './obstacle.mjs';
import { root } from './paths.mjs';

/** The Node that the lock file brings. */
export const node24 = join(root, 'node_modules', '.bin', 'node');

/** Whether an older Node's run of this program started this one; our own children shall not think it of themselves. */
export const isContinuation = process.env.ZHIJIA_PARENT === 'ipc';
delete process.env.ZHIJIA_PARENT;

/** Whether this process already runs on a Node that everything here runs on. */
export function isNode24() {
  return Number(process.versions.node.split('.')[0]) >= 24;
}

/**
 * Runs the same program again on Node 24, with this terminal, and ends as it ends. The channel between the two is the
 * leash: `whenParentIsGone` below hears it close however this process ends.
 */
export function continueOnNode24(env = {}) {
  if (!existsSync(node24)) {
    throw new Obstacle(
      `${node24} is missing: run "npm ci" without --ignore-scripts, which installs Node 24, and start again.`,
    );
  }
  const child = spawn(node24, process.argv.slice(1), {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...env, ZHIJIA_PARENT: 'ipc' },
  });
  // The terminal gives Ctrl-C to both of us; the child decides. What is sent to us alone is handed on.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.on('SIGHUP', () => child.kill('SIGHUP'));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
  });
}
