/** Works on all items, so many at a time, in their order. The first failure ends it; what runs is awaited. */
export async function eachOf(items, atOnce, work) {
  const results = new Array(items.length);
  let next = 0;
  let failure = null;
  const workOn = async () => {
    while (next < items.length && failure === null) {
      const place = next;
      next += 1;
      try {
        results[place] = await work(items[place], place);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, workOn));
  if (failure !== null) throw failure.error;
  return results;
}

/**
 * Asks again until the answer is there.
 *
 * @param {() => Promise<unknown>} ask null or undefined: not yet
 * @param {{ what: string, withinMs?: number, everyMs?: number }} options
 */
export async function until(ask, { what, withinMs = 60_000, everyMs = 100 }) {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null && answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`${what}: not there after ${withinMs / 1_000} s`);
    await pause(everyMs);
  }
}

export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
