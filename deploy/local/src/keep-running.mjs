/** Of a part that ends this often in a row, each time within a minute of its start, nothing more is said until it runs. */
const patience = 6;
const soonMs = 60_000;
const longestPauseMs = 10_000;

/**
 * Runs one part. Once `insist` was called, an end that nobody asked for is followed by a new start, after a pause that
 * doubles up to ten seconds; before that, and for who never calls it, an end stays an end.
 *
 * @param {object} options
 * @param {string} options.name
 * @param {() => Promise<{ leashed: object, stop: () => Promise<unknown> }>} options.start
 * @param {(text: string) => void} options.say
 * @param {() => void} [options.onChange] called when the process behind it is another one, or none
 */
export async function keepRunning({ name, start, say, onChange = () => {} }) {
  let part = null;
  let isWanted = false;
  let insists = false;
  let soonEnds = 0;

  async function launch() {
    const began = Date.now();
    const mine = await start();
    part = mine;
    if (!isWanted) {
      await mine.stop();
      return;
    }
    onChange();
    void mine.leashed.exited.then(({ code, signal }) => {
      if (part !== mine || !isWanted) return;
      soonEnds = Date.now() - began < soonMs ? soonEnds + 1 : 1;
      onChange();
      void afterEnd(mine, signal ?? `exit code ${code}`);
    });
  }

  async function afterEnd(mine, how) {
    await mine.stop();
    if (!insists) return;
    // Never given up: what keeps it from running, a full disk for one, may be gone in an hour.
    if (soonEnds === patience) {
      say(`✗ ${name} ended ${soonEnds} times in a row (${how}); it is tried again every ${longestPauseMs / 1_000} s`);
    }
    if (soonEnds < patience) say(`✗ ${name} ended (${how}), it is started again`);
    await new Promise((resolve) => setTimeout(resolve, Math.min(2 ** soonEnds * 125, longestPauseMs)));
    if (!isWanted || part !== mine) return;
    try {
      await launch();
      say(`✓ ${name} runs again`);
    } catch (error) {
      soonEnds += 1;
      await afterEnd(mine, error.message);
    }
  }

  const kept = {
    name,
    get part() {
      return part;
    },
    /** Of the running process, or null. */
    get pid() {
      return part?.leashed.isRunning === true ? part.leashed.pid : null;
    },
    insist() {
      insists = true;
    },
    /** Starts it when it does not run. */
    async start() {
      if (isWanted && kept.pid !== null) return;
      isWanted = true;
      soonEnds = 0;
      await launch();
    },
    /** Ends it and keeps it down. */
    async stop() {
      isWanted = false;
      await part?.stop();
      onChange();
    },
    /** `kill -9`, and it stays down until it is started. */
    async kill() {
      isWanted = false;
      part?.leashed.kill();
      await part?.stop();
      onChange();
    },
  };
  await kept.start();
  return kept;
}
