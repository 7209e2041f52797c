/**
 * What a service says of itself: `ready`, `degraded` (it does its work while something behind it is away), `unready`,
 * or `down` when nobody answers.
 */
export async function healthOf(port, withinMs = 3_000) {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`, { signal: AbortSignal.timeout(withinMs) });
    const body = await answer.text();
    if (!answer.ok) return 'unready';
    return /"status"\s*:\s*"degraded"/.test(body) ? 'degraded' : 'ready';
  } catch {
    return 'down';
  }
}

/** Both count as able to do the own work. */
export function isUp(health) {
  return health === 'ready' || health === 'degraded';
}

/**
 * Asks until the service is ready.
 *
 * @param {() => boolean} hasEnded whether its process is gone for good: waiting on is pointless
 */
export async function untilUp(port, { hasEnded, withinMs }) {
  const deadline = Date.now() + withinMs;
  for (;;) {
    if (isUp(await healthOf(port))) return 'up';
    if (hasEnded()) return 'ended';
    if (Date.now() > deadline) return 'late';
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}
