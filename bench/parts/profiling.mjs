import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { root } from '../../deploy/local/src/paths.mjs';
import { until } from './product.mjs';

const preload = join(import.meta.dirname, 'profile-on-signal.mjs');

/**
 * CPU profiles of the product's processes during a part of a run.
 *
 * @param {string} folder where `<name>.cpuprofile` goes; open it in Chrome's DevTools
 * @param {readonly string[]} names
 * @returns `{ env, during(pids, work) }`; `env` goes to `startProduct`
 */
export function profilingOf(folder, names) {
  const target = resolve(folder);
  mkdirSync(target, { recursive: true });
  const fileOf = (name) => join(target, `${name}.cpuprofile`);
  const env = Object.fromEntries(
    names.map((name) => [name, { NODE_OPTIONS: `--import ${preload}`, BENCH_PROFILE_FILE: fileOf(name) }]),
  );
  return {
    env,
    async during(pids, work) {
      for (const name of names) rmSync(fileOf(name), { force: true });
      const signal = () => names.forEach((name) => process.kill(pids[name], 'SIGUSR2'));
      signal();
      const result = await work();
      signal();
      for (const name of names) await until(`the profile of ${name}`, async () => existsSync(fileOf(name)) || null);
      return result;
    },
    /** The dearest places of each, by package and by function: shares of the time that was not idle. */
    summary: () => Object.fromEntries(names.map((name) => [name, summaryOf(fileOf(name))])),
  };
}

function summaryOf(file) {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, 'utf8'));
  const selfUs = new Map();
  samples.forEach((id, index) => selfUs.set(id, (selfUs.get(id) ?? 0) + timeDeltas[index]));
  const places = new Map();
  const packages = new Map();
  let busyUs = 0;
  for (const { id, callFrame } of nodes) {
    const us = selfUs.get(id) ?? 0;
    if (us === 0 || callFrame.functionName === '(idle)') continue;
    busyUs += us;
    const where = packageOf(callFrame.url);
    const place = `${callFrame.functionName || '(anonymous)'} ${where}${callFrame.url === '' ? '' : `:${callFrame.url.split('/').at(-1)}:${callFrame.lineNumber + 1}`}`;
    places.set(place, (places.get(place) ?? 0) + us);
    const group = callFrame.url === '' ? callFrame.functionName : where;
    packages.set(group, (packages.get(group) ?? 0) + us);
  }
  const top = (map, count) =>
    [...map]
      .sort(([, left], [, right]) => right - left)
      .slice(0, count)
      .map(([name, us]) => `${((us / busyUs) * 100).toFixed(1)} % ${name}`);
  return { busyMs: Math.round(busyUs / 1_000), packages: top(packages, 25), functions: top(places, 45) };
}

function packageOf(url) {
  if (url === '') return '(native)';
  if (url.startsWith('node:')) return url;
  const path = url.replace('file://', '');
  const inModules = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path);
  if (inModules !== null) return inModules[1];
  return path.startsWith(root) ? path.slice(root.length + 1).split('/dist/')[0] : path;
}
