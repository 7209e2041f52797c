import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { takeLock } from './lock.mjs';

/**
 * Tests take ports from below the range that the kernel hands out for outgoing connections: one of those would
 * otherwise sit on the port between our look and the server's bind.
 */
const freeRange = { from: 20_000, to: 30_000 };

const reservations = join(tmpdir(), `zhijia-ports-${userInfo().uid}`);

/**
 * Takes the preferred port or the next free one above it; `'free'` takes any. Two stacks that start at the same moment
 * get different ones: a port is reserved by a lock file from here to `release`, whether its server listens yet or not.
 *
 * @param {number | 'free'} preferred
 */
export async function reservePort(preferred) {
  const width = freeRange.to - freeRange.from;
  const first = preferred === 'free' ? freeRange.from + Math.floor(Math.random() * width) : preferred;
  for (let step = 0; step < 1_000; step += 1) {
    const port = preferred === 'free' ? freeRange.from + ((first - freeRange.from + step) % width) : first + step;
    if (port > 65_535) break;
    const { lock } = takeLock(join(reservations, String(port)));
    if (lock === undefined) continue;
    if (await isFree(port)) return { port, release: () => lock.release() };
    lock.release();
  }
  throw new Error(`No free port at or above ${first}`);
}

/** Whether a server could listen on this port of the loopback now. */
export function isFree(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
