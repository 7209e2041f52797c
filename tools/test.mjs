#!/usr/bin/env node
/**
 * `npm test [-- <jest arguments>]`: every test on a real PostgreSQL and a real Kafka of its own, on free ports and with
 * data that goes with the run, beside whatever else runs. The last line on stdout counts what passed and failed. With
 * `--second-look` the few files that failed run again, alone; those that pass then are counted as unsteady.
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
/** Asks that the few files that fail are run a second time, alone, before the run is judged. */
const secondLook = '--second-look';
const mostFilesToSeeAgain = 3;
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
  for (const { name, server } of [
    { name: 'PostgreSQL', server: postgres },
    { name: 'Kafka', server: kafka },
  ]) {
    void server.leashed.exited.then(() => stopping ?? progress.say(`✗ ${name} ended during the tests`));
  }
  const own = jestArguments.filter((argument) => argument !== secondLook);
  let outcome = await jestOnce(own, join(directory, 'jest.json'), postgres, kafka);
  if (stopping !== null) return stopping;

  const doubtful = own.length < jestArguments.length ? filesToSeeAgain(outcome) : [];
  if (doubtful.length > 0) {
    progress.say(`A second look, alone, at what failed:\n  ${doubtful.join('\n  ')}`);
    const paths = ['--runInBand', '--runTestsByPath', ...doubtful];
    outcome = afterSecondLook(outcome, await jestOnce(paths, join(directory, 'jest-again.json'), postgres, kafka));
    if (stopping !== null) return stopping;
  }
  await stopAll();
  process.stdout.write(`${summary(outcome)}\n`);
  return outcome.code === 0 && outcome.files === null ? 1 : outcome.code;
}

/** One run of Jest: its exit code, and what it reports of each file (null where it left no report). */
async function jestOnce(jestArguments, report, postgres, kafka) {
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
  const { code } = await jest.exited;
  return { code: code ?? 1, files: filesOf(report), unsteady: 0 };
}

/** A file that could not even be read counts as one failure, so that "0 failed" never stands beside a failure. */
function filesOf(report) {
  if (!existsSync(report)) return null;
  return JSON.parse(readFileSync(report, 'utf8')).testResults.map(({ name, status, assertionResults }) => {
    const count = (...wanted) => assertionResults.filter((test) => wanted.includes(test.status)).length;
    const failed = count('failed');
    return {
      name,
      passed: count('passed'),
      failed: failed === 0 && status === 'failed' ? 1 : failed,
      skipped: count('pending', 'todo', 'skipped', 'disabled'),
    };
  });
}

/** Many failures are a fault and are told at once; a few may be a test that two at once or a slow machine upset. */
function filesToSeeAgain({ files }) {
  const failed = (files ?? []).filter(({ failed }) => failed > 0).map(({ name }) => name);
  return failed.length <= mostFilesToSeeAgain ? failed : [];
}

/** What passes alone lets the run pass, and is counted as unsteady: a fault of the test, to be mended as one. */
function afterSecondLook(first, second) {
  const again = new Map((second.files ?? []).map((file) => [file.name, file]));
  const files = first.files.map((file) => again.get(file.name) ?? file);
  const unsteady = first.files.filter(({ name, failed }) => failed > 0 && again.get(name)?.failed === 0).length;
  return { code: second.code, files, unsteady };
}

function summary({ files, unsteady }) {
  if (files === null) return '0 passed, 1 failed';
  const sum = (what) => files.reduce((total, file) => total + file[what], 0);
  return [
    `${sum('passed')} passed`,
    `${sum('failed')} failed`,
    ...(sum('skipped') > 0 ? [`${sum('skipped')} skipped`] : []),
    ...(unsteady > 0 ? [`${unsteady} unsteady`] : []),
  ].join(', ');
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
