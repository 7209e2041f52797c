import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, until } from '@zhijia/testing';

/** Whether this machine has a Redis to test with. */
export const hasRedis = ((): boolean => {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** A real Redis on a free port that keeps nothing on disk. */
export async function startRedis() {
  const port = await freePort();
  const start = async () => {
    const child = spawn(
      'redis-server',
      ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
      {
        cwd: mkdtempSync(join(tmpdir(), 'zhijia-redis-')),
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    let log = '';
    child.stdout.on('data', (chunk) => (log += String(chunk)));
    await until(async () => log.includes('Ready to accept connections') || undefined, { what: 'Redis to start' });
    return child;
  };
  let running = await start();
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      if (running.exitCode !== null || running.signalCode !== null) return resolve();
      running.once('close', () => resolve());
      running.kill('SIGKILL');
    });
  return {
    url: `redis://127.0.0.1:${port}`,
    stop,
    startAgain: async (): Promise<void> => {
      running = await start();
    },
  };
}
