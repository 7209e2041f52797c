#!/usr/bin/env node
/** `npm run stack -- up | down | status [--json]`: what `npm start` runs, without a terminal. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { holderOf } from './lock.mjs';
import { endOf, tailOf } from './logs.mjs';
import { Obstacle } from './obstacle.mjs';
import { readOptions } from './options.mjs';
import { defaultDataDir, freshLog, layout, makePassable } from './paths.mjs';
import { identityOf, isAlive } from './process-identity.mjs';
import { readState, readStatus } from './stack-state.mjs';

const usage = 'use npm run stack -- up [--fresh] [--members N] | down | status, each with [--json]';
const [done, failed, inPart] = [0, 1, 2];
const stopWithinMs = 120_000;

const dataDir = defaultDataDir();
const where = layout(dataDir);

async function up(args) {
  const { fresh, members } = readOptions(args);
  const running = holderOf(where.lock);
  if (running !== null) {
    if (fresh)
      throw new Obstacle('The stack runs: end it first with "npm run stack -- down", then start it with --fresh.');
    process.stderr.write(`the stack on ${dataDir} runs already (process ${running.pid})\n`);
    return awaitReady(
      () => isAlive(running),
      () => {},
    );
  }
  makePassable(dataDir);
  const logFile = freshLog(where.logs, 'supervisor');
  const log = openSync(logFile, 'a');
  const start = fileURLToPath(new URL('./start.mjs', import.meta.url));
  const options = [...(fresh ? ['--fresh'] : []), ...(members === undefined ? [] : ['--members', String(members)])];
  const child = spawn(process.execPath, [start, '--detached', ...options], {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, ZHIJIA_DATA_DIR: dataDir },
  });
  closeSync(log);
  child.unref();
  let isRunning = true;
  child.on('exit', () => (isRunning = false));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill('SIGTERM'));
  return awaitReady(() => isRunning, follow(logFile));
}

async function awaitReady(isRunning, tell) {
  for (;;) {
    tell();
    const state = readState(dataDir);
    if (state?.phase === 'ready') break;
    if (!isRunning()) {
      tell();
      return failed;
    }
    await pause();
  }
  tell();
  const answer = await status();
  return answer === done && readState(dataDir)?.demonstration?.state === 'failed' ? inPart : answer;
}

/** Passes on what the supervisor says, line by line as it comes. */
function follow(file) {
  let told = 0;
  return () => {
    const end = endOf(file);
    if (end <= told) return;
    process.stderr.write(tailOf(file, told));
    told = end;
  };
}

async function down() {
  const supervisor = holderOf(where.lock);
  if (supervisor === null) {
    process.stderr.write(`nothing runs on ${dataDir}\n`);
    return done;
  }
  process.kill(supervisor.pid, 'SIGTERM');
  const deadline = Date.now() + stopWithinMs;
  while (identityOf(supervisor.pid) === supervisor.identity) {
    if (Date.now() > deadline) {
      process.stderr.write(
        `process ${supervisor.pid} did not end within ${stopWithinMs / 1000} s: see ${where.logs}\n`,
      );
      return failed;
    }
    await pause();
  }
  process.stderr.write(`stopped; the data stay in ${dataDir}\n`);
  return done;
}

async function status() {
  const answer = await readStatus(dataDir);
  process.stdout.write(json ? `${JSON.stringify(answer, null, 2)}\n` : describe(answer));
  if (answer.ready) return done;
  return readState(dataDir) === null ? failed : inPart;
}

function describe({ ready, gateway, services, databases, kafka, startedInMs }) {
  if (Object.keys(services).length === 0) return `not running on ${dataDir}\n`;
  const rows = [
    ready ? `ready (started in ${(startedInMs / 1000).toFixed(1)} s)` : 'not ready',
    ...Object.entries(gateway).map(([audience, url]) => `gateway ${audience}`.padEnd(22) + url),
    ...Object.entries(services).map(
      ([name, { url, health, pid }]) => name.padEnd(22) + `${url}  ${health}  ${pid ?? 'no process'}`,
    ),
    ...Object.entries(databases).map(([name, url]) => `database ${name}`.padEnd(22) + url.replace(/:[^:@/]*@/, '@')),
    'Kafka'.padEnd(22) + kafka.brokers,
  ];
  return `${rows.join('\n')}\n`;
}

function pause() {
  return new Promise((resolve) => setTimeout(resolve, 200));
}

const [command, ...rest] = process.argv.slice(2);
const json = rest.includes('--json');
const args = rest.filter((argument) => argument !== '--json');
try {
  if (command === 'up') process.exitCode = await up(args);
  else if (command === 'down' && args.length === 0) process.exitCode = await down();
  else if (command === 'status' && args.length === 0) process.exitCode = await status();
  else throw new Obstacle(`${[command, ...args].join(' ') || 'nothing'} is not known here; ${usage}.`);
} catch (error) {
  process.stderr.write(`${error instanceof Obstacle ? error.message : (error.stack ?? error)}\n`);
  process.exitCode = failed;
}
