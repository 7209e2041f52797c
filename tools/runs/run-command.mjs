import { ensureInstalled } from '../../deploy/local/src/install.mjs';
import { requireJava, requireMaven } from '../../deploy/local/src/kafka-jars.mjs';
import { killEverything } from '../../deploy/local/src/leash.mjs';
import { continueOnNode24, isNode24 } from '../../deploy/local/src/node24.mjs';
import { Obstacle } from '../../deploy/local/src/obstacle.mjs';
import { createProgress } from '../../deploy/local/src/progress.mjs';
import { whenInterrupted } from './when-interrupted.mjs';

/**
 * The command around benches and fault runs: what they need is there, they run on Node 24, and what they started is
 * stopped however they end.
 *
 * @param {object} command
 * @param {string} command.kind `bench`, `faults`
 * @param {(args: readonly string[]) => Plan} command.plan reads the arguments; throws an Obstacle that says what is wrong
 * @param {(plan: Plan, given: { progress: object, open: Function, print: Function }) => Promise<number>} command.run gives
 *   the exit code. `open({ name, options, args })` is `openRun`; `print(line)` writes one line of JSON on stdout
 * @template Plan
 */
export async function runCommand({ kind, plan, run }) {
  const progress = createProgress();
  let opened = null;
  let isInterrupted = false;

  async function interrupt(code) {
    if (isInterrupted) return killEverything();
    isInterrupted = true;
    await opened?.close();
    killEverything();
    process.exit(code);
  }

  async function main(args) {
    const planned = plan(args);
    requireJava();
    requireMaven();
    await ensureInstalled(progress);
    if (!isNode24()) return continueOnNode24();

    whenInterrupted(interrupt);

    const { openRun } = await import('./open-run.mjs');
    const code = await run(planned, {
      progress,
      open: (options) => (opened = openRun({ kind, progress, ...options })),
      print: (line) => isInterrupted || process.stdout.write(`${JSON.stringify(line)}\n`),
    });
    await opened?.close();
    return code;
  }

  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    if (!isInterrupted) {
      process.stderr.write(`${error instanceof Obstacle ? error.message : (error.stack ?? error)}\n`);
      await opened?.close();
    }
    process.exitCode = 1;
  }
  // Sockets of half-open probes must not keep a finished run.
  if (isNode24() && !isInterrupted) process.exit();
}
