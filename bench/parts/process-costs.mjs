import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { Obstacle } from '../../deploy/local/src/obstacle.mjs';

const ticksPerSecond =
  process.platform === 'linux' ? Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })) : 0;

/**
 * CPU seconds used so far by each process and all it started, ended children included.
 *
 * @param {Readonly<Record<string, number>>} pids by name
 */
export function cpuSecondsOf(pids) {
  const processes = readProcesses();
  return Object.fromEntries(
    Object.entries(pids).map(([name, pid]) => {
      const ticks = treeOf(pid, processes).reduce((sum, { ticks }) => sum + ticks, 0);
      return [name, ticks / ticksPerSecond];
    }),
  );
}

/** What each name used between two readings, in milliseconds for each of so many requests. */
export function cpuMsPerRequest(before, after, requests) {
  return Object.fromEntries(
    Object.keys(after).map((name) => [name, Math.round(((after[name] - before[name]) * 1e6) / requests) / 1e3]),
  );
}

/**
 * Memory of a process and all below it. Resident pages that several processes share (PostgreSQL's buffers) count once
 * for each in `residentMb`, and once in all in `proportionalMb`.
 */
export function memoryOf(pid) {
  const tree = treeOf(pid, readProcesses());
  const sum = (read) => Math.round(tree.reduce((kb, each) => kb + read(each.pid), 0) / 1_024);
  const byPart = {};
  for (const each of tree) {
    const part = partOf(each);
    byPart[part] = (byPart[part] ?? 0) + kilobytes(`/proc/${each.pid}/status`, 'VmRSS');
  }
  return {
    processes: tree.length,
    residentMb: sum((one) => kilobytes(`/proc/${one}/status`, 'VmRSS')),
    proportionalMb: sum((one) => kilobytes(`/proc/${one}/smaps_rollup`, 'Pss')),
    residentMbByPart: Object.fromEntries(Object.entries(byPart).map(([part, kb]) => [part, Math.round(kb / 1_024)])),
  };
}

/** A service by its name; of everything else the program's. */
function partOf({ pid, command }) {
  const line = readText(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ') ?? '';
  if (/^\/bin\/sh /.test(line)) return 'watchdogs';
  const service = /(\w+)\/dist\/(\w+)(\.main)?\.js/.exec(line);
  if (service !== null) return service[2] === 'main' ? service[1] : `${service[1]} ${service[2]}`;
  return /start\.mjs/.test(line) ? 'supervisor' : command;
}

function treeOf(pid, processes) {
  const found = processes.get(pid);
  if (found === undefined) throw new Error(`Process ${pid} is gone`);
  const tree = [found];
  // Grows while it is walked: children of children are appended.
  for (const each of tree) tree.push(...[...processes.values()].filter(({ parent }) => parent === each.pid));
  return tree;
}

function readProcesses() {
  if (process.platform !== 'linux') throw new Obstacle('Benches read /proc: run them on Linux.');
  const processes = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readText(`/proc/${name}/stat`);
    if (stat === null) continue;
    // The command's name stands in brackets and may hold anything, brackets too.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const pid = Number(name);
    processes.set(pid, {
      pid,
      parent: Number(fields[1]),
      command: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
      // utime, stime, and those of children that ended and were waited for.
      ticks: fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0),
    });
  }
  return processes;
}

function kilobytes(file, field) {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readText(file) ?? '');
  return found === null ? 0 : Number(found[1]);
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
