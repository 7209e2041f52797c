#!/usr/bin/env node
/**
 * `npm test [-- <jest arguments>]`: every test on a real PostgreSQL and a real Kafka of its own, on free ports and with
 * data that goes with the run, beside whatever else runs. The last line on stdout counts what passed and failed.
 */
import { mkdtempSync, chmodSync, existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureInstalled } from '../deploy/local/src/install.mjs';
import { startKafka } from '../deploy/local/src/kafka.mjs';
import { requireJava, requireMaven } from '../deploy/local/src/kafka-jars.mjs';
import { killEverything, spawnLeashed } from '../deploy/local/src/leash.mjs';
import { holderOf, takeLock } from '../deploy/local/src/lock.mjs';
import { continueOnNode24, isNode24 } from '../deploy/local/src/node24.mjs';
import { Obstacle } from '../deploy/local/src/obstacle.mjs';
import { root } from '../deploy/local/src/paths.mjs';
import { startPostgres } from '../deploy/local/src/postgres.mjs';
import { removePostgresHome } from '../deploy/local/src/postgres-home.mjs';
import { createProgress } from '../deploy/local/src/progress.mjs';
import { build } from './build.mjs';
import { whenInterrupted } from './runs/when-interrupted.mjs';

const prefix = 'zhijia-test-';
const progress = createProgress();
const started = [];
let stopping = null;

async function main(jestArguments) {
  requireJava();
  requireMaven();
  await ensureInstalled(progress);
  if (!isNode24()) return continueOnNode24();

  whenInterrupted(interrupt);

  sweepLeftOvers();
  const directory = makeDirectory();
  const [, postgres, kafka] = await together([
    progress.step(
      'Build',
      () => build(),
      ({ files, compiled }) => `${compiled} of ${files} files compiled`,
    ),
    progress.step(
      'PostgreSQL',
      () =>
        start(startPostgres, {
          directory: join(directory, 'postgres'),
          password: 'postgres',
          logFile: join(directory, 'postgres.log'),
        }),
      ({ port }) => `127.0.0.1:${port}`,
    ),
    progress.step(
      'Kafka',
      () =>
        start(startKafka, {
          directory: join(directory, 'kafka'),
          logFile: join(directory, 'kafka.log'),
          onFetch: (fetch) => progress.step("Kafka's jars through Maven", fetch),
        }),
      ({ brokers }) => brokers,
    ),
  ]);
  return runJest(jestArguments, directory, postgres, kafka);
}

/** All to their end, so that what did start is known when something else fails and everything is stopped. */
async function together(promises) {
  const results = await Promise.allSettled(promises);
  const failed = results.find(({ status }) => status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return results.map(({ value }) => value);
}

async function start(starter, options) {
  const server = await starter({ port: 'free', profile: 'testing', ...options });
  started.push(server);
  return server;
}

async function runJest(jestArguments, directory, postgres, kafka) {
  const report = join(directory, 'jest.json');
  const asksForWorkers = jestArguments.some((argument) => /^(--maxWorkers|-w\d*$|-i$|--runInBand)/.test(argument));
  const jest = spawnLeashed(
    process.execPath,
    [
      join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
      ...(asksForWorkers ? [] : ['--maxWorkers=2']),
      '--json',
      `--outputFile=${report}`,
      ...jestArguments,
    ],
    {
      plan: '-TERM:2',
      cwd: root,
      // Jest tells people on stderr; stdout is for the result.
      stdio: ['ignore', 2, 2],
      env: {
        ...process.env,
        TEST_DATABASE_URL: postgres.adminUrl,
        TEST_KAFKA_BROKERS: kafka.brokers,
        NODE_OPTIONS: '--experimental-vm-modules --no-warnings',
        KAFKAJS_NO_PARTITIONER_WARNING: '1',
        ...(process.stderr.isTTY ? { FORCE_COLOR: '1' } : {}),
      },
    },
  );
  started.push({ stop: () => jest.stop() });
  for (const { name, server } of [
    { name: 'PostgreSQL', server: postgres },
    { name: 'Kafka', server: kafka },
  ]) {
    void server.leashed.exited.then(() => stopping ?? progress.say(`✗ ${name} ended during the tests`));
  }
  const { code } = await jest.exited;
  if (stopping !== null) return stopping;
  const counts = countsOf(report);
  await stopAll();
  process.stdout.write(`${summary(counts)}\n`);
  return code === 0 && counts === null ? 1 : (code ?? 1);
}

/** A file that could not even be read counts as one failure, so that "0 failed" never stands beside a failure. */
function countsOf(report) {
  if (!existsSync(report)) return null;
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, numPendingTests, numTodoTests } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  return {
    passed: numPassedTests,
    failed: numFailedTests + numRuntimeErrorTestSuites,
    skipped: numPendingTests + (numTodoTests ?? 0),
  };
}

function summary(counts) {
  if (counts === null) return '0 passed, 1 failed';
  const { passed, failed, skipped } = counts;
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function makeDirectory() {
  const directory = mkdtempSync(join(tmpdir(), prefix));
  // PostgreSQL's own user passes through; it owns what it reads.
  chmodSync(directory, 0o711);
  const { lock } = takeLock(join(directory, 'supervisor.lock'), 'npm test');
  started.push({
    stop: () => {
      lock.release();
      removeDirectory(directory);
    },
  });
  return directory;
}

/** Runs that were killed could not clear up; their processes ended with them. */
function sweepLeftOvers() {
  for (const name of readdirSync(tmpdir())) {
    const directory = join(tmpdir(), name);
    const lockFile = join(directory, 'supervisor.lock');
    if (name.startsWith(prefix) && existsSync(lockFile) && holderOf(lockFile) === null) removeDirectory(directory);
  }
}

function removeDirectory(directory) {
  try {
    removePostgresHome(join(directory, 'postgres'));
    rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  } catch {
    // Somebody else's, or just being written by a process that ends: the next run finds it.
  }
}

/** Last started, first stopped; once. */
async function stopAll() {
  stopping ??= Promise.resolve(1);
  for (const { stop } of started.splice(0).reverse()) await stop();
}

async function interrupt(code) {
  if (stopping !== null) return killEverything();
  stopping = Promise.resolve(code);
  await stopAll();
  process.exit(code);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (stopping === null) {
    process.stderr.write(`${error instanceof Obstacle ? error.message : (error.stack ?? error)}\n`);
    await stopAll();
    process.stdout.write('0 passed, 1 failed\n');
  }
  process.exitCode = 1;
}
// Sockets of half-open probes must not keep a finished run.
if (isNode24()) process.exit();
