import { existsSync } from 'node:fs';
import { existingDatabases } from './databases.mjs';
import { requireSpace } from './disk-space.mjs';
import { ensureInstalled } from './install.mjs';
import { requireJava, requireMaven } from './kafka-jars.mjs';
import { killEverything, stopEverything } from './leash.mjs';
import { adoptLock, takeLock } from './lock.mjs';
import { continueOnNode24, isNode24 } from './node24.mjs';
import { Obstacle, asObstacle } from './obstacle.mjs';
import { whenParentIsGone } from './parent.mjs';
import { layout, makePassable, root } from './paths.mjs';
import { subgraphs } from './parts.mjs';
import { hasCluster } from './postgres-home.mjs';
import { createProgress } from './progress.mjs';
import { readState } from './stack-state.mjs';

const megabytesForFirstStart = 500;
const megabytesForInstall = 1_500;

const sameKeyPressMs = 400;

/**
 * One life of the stack: from nothing to ready, until somebody ends it. Runs on whatever Node the machine has up to
 * the point where node_modules brings its own.
 *
 * @param {object} options
 * @param {string} options.dataDir
 * @param {boolean} options.fresh
 * @param {number} [options.members]
 * @param {boolean} options.detached nobody's terminal: the end of the parent means nothing
 * @param {(stack: object) => void} options.onReady
 * @param {Record<string, string>} [options.entries] programs instead of the services' own, for tests of this runner
 * @param {Record<string, number | 'free'>} [options.ports] other than the default ones, for the same tests
 * @returns the exit code
 */
export async function supervise({ dataDir, fresh, members, detached, onReady, entries, ports }) {
  const progress = createProgress(undefined, Number(process.env.ZHIJIA_STARTED_AT) || Date.now());
  const where = layout(dataDir);
  makePassable(dataDir);
  const lock = await takeDataDir(where.lock, dataDir, progress);
  let wholeStack = null;
  let ending = null;
  let endingSince = 0;

  const end = (why, code) => {
    if (ending !== null) return;
    progress.say(`· ${why}: stopping`);
    const began = Date.now();
    endingSince = began;
    ending = (wholeStack === null ? stopEverything() : wholeStack.stop())
      .catch((error) => progress.say(`✗ ${error.message}`))
      .then(() => {
        killEverything();
        lock.release();
        progress.say(`· stopped (${((Date.now() - began) / 1000).toFixed(1)} s)`);
        process.exit(code);
      });
  };

  const endOrKill = (why) => {
    // A terminal and npm may both pass on one Ctrl-C; only a person presses it again.
    if (ending === null || Date.now() - endingSince < sameKeyPressMs) return end(why, 0);
    progress.say('· once more: everything is killed');
    killEverything();
  };

  // A reader or a terminal that went away is no reason to fall over.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  try {
    requireWhatIsMissing(dataDir, where);
    await ensureInstalled(progress);
    if (!isNode24()) {
      return await continueOnNode24({ ZHIJIA_LOCK_TOKEN: lock.token, ZHIJIA_STARTED_AT: String(progress.startedAt) });
    }
    process.on('SIGINT', () => endOrKill('Ctrl-C'));
    process.on('SIGTERM', () => endOrKill('asked to end'));
    process.on('SIGHUP', () => end('the terminal is gone', 0));
    for (const kind of ['uncaughtException', 'unhandledRejection']) {
      process.on(kind, (error) => end(textOf(asObstacle(error, dataDir)), 1));
    }
    whenParentIsGone(() => end('the parent process is gone', 0), { channelOnly: detached });

    const { startWholeStack } = await import('./whole-stack.mjs');
    wholeStack = await startWholeStack({ dataDir, fresh, members, progress, entries, ports });
    onReady(wholeStack);
    return await new Promise(() => {});
  } catch (error) {
    if (ending !== null) return await new Promise(() => {});
    process.stderr.write(`\n${textOf(asObstacle(error, dataDir))}\n`);
    await stopEverything();
    return 1;
  } finally {
    lock.release();
  }
}

function textOf(error) {
  return error instanceof Obstacle ? error.message : String(error?.stack ?? error);
}

async function takeDataDir(file, dataDir, progress) {
  const token = process.env.ZHIJIA_LOCK_TOKEN;
  delete process.env.ZHIJIA_LOCK_TOKEN;
  if (token !== undefined) {
    const lock = adoptLock(file, token, 'npm start');
    if (lock !== null) return lock;
  }
  const patientUntil = Date.now() + 60_000;
  let told = false;
  for (;;) {
    const { lock, holder } = takeLock(file, 'npm start');
    if (lock !== undefined) return lock;
    if (readState(dataDir)?.phase !== 'stopping' || Date.now() > patientUntil) {
      throw new Obstacle(
        `Another start (process ${holder.pid}) uses ${dataDir}: look at it with "npm run stack -- status", end it with "npm run stack -- down", or set ZHIJIA_DATA_DIR to another directory.`,
      );
    }
    if (!told) progress.say(`… waiting for process ${holder.pid}, which is stopping`);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** What would stop the start later is asked first, while nothing is done yet. */
function requireWhatIsMissing(dataDir, where) {
  if (process.platform === 'win32') {
    throw new Obstacle('The embedded stack runs on Linux and macOS: on Windows start it inside WSL.');
  }
  if (!process.env.KAFKA_BROKERS) {
    requireJava();
    requireMaven();
  }
  const needsCluster = Object.keys(existingDatabases()).length < subgraphs.length;
  if (!existsSync(`${root}/node_modules`)) requireSpace(root, megabytesForInstall);
  requireSpace(dataDir, needsCluster && !hasCluster(where.postgres) ? megabytesForFirstStart : 100);
}
