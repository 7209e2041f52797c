/**
 * Callers in a closed loop without a network between: each makes its next call when the one before has ended. For what
 * is called as a library and speaks to a server itself.
 *
 * @param {object} options
 * @param {number} options.callers
 * @param {number} options.seconds
 * @param {(caller: number) => Promise<void>} options.call throws when its answer is wrong
 * @returns `{ requests, seconds, perSecond, latenciesMs }` of calls that ended within this time
 */
export async function callInClosedLoop({ callers, seconds, call }) {
  const latenciesMs = [];
  const end = performance.now() + seconds * 1_000;
  await Promise.all(
    Array.from({ length: callers }, async (_, caller) => {
      for (let began = performance.now(); began < end;) {
        await call(caller);
        const ended = performance.now();
        if (ended <= end) latenciesMs.push(ended - began);
        began = ended;
      }
    }),
  );
  return { requests: latenciesMs.length, seconds, perSecond: latenciesMs.length / seconds, latenciesMs };
}
