/**
 * Progress for people, on stderr: one line when a step begins, one when it ends, each with the time since the start.
 */
export function createProgress(write = (line) => process.stderr.write(`${line}\n`), startedAt = Date.now()) {
  const stamp = () => `[${((Date.now() - startedAt) / 1000).toFixed(1).padStart(5)} s]`;
  const say = (text) => write(`${stamp()} ${text}`);
  return {
    say,
    elapsedMs: () => Date.now() - startedAt,
    startedAt,
    /** Runs one step; what `work` resolves to is told by `detail`, when given. */
    async step(title, work, detail = () => '') {
      say(`… ${title}`);
      const began = Date.now();
      const result = await work();
      const told = detail(result);
      say(`✓ ${title}${told ? `: ${told}` : ''} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
      return result;
    },
  };
}

/** For callers that want no progress at all. */
export const silent = createProgress(() => {});
