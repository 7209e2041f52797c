import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { queryToTry } from '../../deploy/local/src/banner.mjs';
import { runLeashed, spawnLeashed } from '../../deploy/local/src/leash.mjs';
import { lastLines } from '../../deploy/local/src/logs.mjs';
import { Obstacle } from '../../deploy/local/src/obstacle.mjs';
import { root } from '../../deploy/local/src/paths.mjs';
import { readState } from '../../deploy/local/src/stack-state.mjs';
import { median, percentile, rounded } from '../load/percentiles.mjs';
import { cpuSecondsOf, memoryOf } from '../parts/process-costs.mjs';
import { until } from '../parts/product.mjs';

export const options = {
  /** Of the demonstration county, which the first start loads. */
  members: 5_000,
  /** Starts that are measured, after the first. */
  times: 3,
};

const limitMs = 20_000;
const limitMb = 1_536;
/** After the first answer: consumers have joined their groups and pools are filled by then. */
const settleMs = 5_000;

/**
 * From `npm start`, the second on these data, to the first answered query over all four subgraphs; and the memory of
 * everything it started. The limits are fixed: they are promises to people who wait.
 */
export async function run(bench) {
  const data = join(bench.directory, 'data');
  const env = { ...process.env, ZHIJIA_DATA_DIR: data };

  const first = await bench.progress.step(
    `First start, with ${bench.options.members} members`,
    () => start(bench, env, data, null, ['--', '--members', String(bench.options.members)]),
    ({ ms }) => `${ms} ms`,
  );
  const token = await tokenOf('member-1', env, bench);
  await first.stop();

  const measured = [];
  for (let time = 1; time <= bench.options.times; time += 1) {
    measured.push(
      await bench.progress.step(
        `Start ${time} of ${bench.options.times}`,
        async () => {
          const { ms, supervisor, stop } = await start(bench, env, data, token);
          const { cpuSeconds } = cpuSecondsOf({ cpuSeconds: supervisor });
          await new Promise((resolve) => setTimeout(resolve, settleMs));
          const memory = memoryOf(supervisor);
          await stop();
          return { ms, cpuSeconds, memory };
        },
        ({ ms, memory }) => `${ms} ms, ${memory.proportionalMb} MB in ${memory.processes} processes`,
      ),
    );
  }
  const times = measured.map(({ ms }) => ms);
  const memory = measured.map((each) => each.memory).sort((one, other) => other.proportionalMb - one.proportionalMb)[0];
  const value = median(times);
  return {
    value,
    unit: 'ms',
    limit: limitMs,
    ratio: Math.round((value / limitMs) * 1_000) / 1_000,
    p50Ms: value,
    p99Ms: percentile(times, 0.99),
    notes: {
      target: `<= ${limitMs} ms, <= ${limitMb} MB resident, shared pages counted once`,
      limitIs: 'fixed',
      isReached: value <= limitMs && memory.proportionalMb <= limitMb,
      starts: times,
      cpuSeconds: measured.map((each) => rounded(each.cpuSeconds, 1)),
      firstStartMs: first.ms,
      members: bench.options.members,
      memory: { ...memory, limitMb },
      machine: bench.machine,
    },
  };
}

/**
 * @param {string | null} token null: nobody is there yet who could ask, so ready is enough
 * @returns `{ ms, supervisor, stop }`; the time runs from the start of npm
 */
async function start(bench, env, data, token, args = []) {
  const logFile = join(bench.directory, 'npm-start.log');
  const began = performance.now();
  // It ends with this process: npm's end is seen by the supervisor, which stops everything it started.
  const npm = spawnLeashed('npm', ['start', ...args], { plan: 'TERM:30', cwd: root, logFile, env });
  const stop = async () => {
    await runLeashed(process.execPath, ['deploy/local/src/stack.mjs', 'down'], { plan: 'TERM:60', cwd: root, env });
    await npm.stop();
  };
  bench.undo(async () => {
    if (npm.isRunning) await stop();
  });
  const state = await until(
    'npm start is ready',
    async () => {
      if (!npm.isRunning) throw new Obstacle(`npm start ended:\n${lastLines(logFile, 12)}`);
      const found = readState(data);
      if (found === null || (token === null && found.phase !== 'ready')) return null;
      return token === null || (await isAnswered(found.gateway.mobile, token)) ? found : null;
    },
    { withinMs: 600_000, everyMs: 20 },
  );
  const ms = Math.round(performance.now() - began);
  if (token === null && state.demonstration.state !== 'loaded') {
    throw new Error(`The demonstration county was not loaded:\n${lastLines(logFile, 20)}`);
  }
  return { ms, supervisor: state.supervisor.pid, stop };
}

async function isAnswered(url, token) {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: queryToTry }),
    });
    const { data, errors } = await response.json();
    return errors === undefined && typeof data?.me?.pointsAccount?.balancePoints === 'number';
  } catch {
    return false;
  }
}

async function tokenOf(name, env, bench) {
  const file = join(bench.directory, 'token');
  const { code } = await runLeashed(process.execPath, ['tools/token.mjs', '--as', name, '--audience', 'mobile'], {
    plan: 'TERM:5',
    cwd: root,
    logFile: file,
    env,
  });
  const text = readFileSync(file, 'utf8').trim();
  if (code !== 0) throw new Error(`No token for ${name}: ${text}`);
  return text.split('\n').at(-1);
}
