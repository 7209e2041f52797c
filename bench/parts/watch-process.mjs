import { readFileSync } from 'node:fs';
import { cpuSecondsOf } from './process-costs.mjs';

const everyMs = 100;

/**
 * Looks at a process until it ends: once it is gone, nobody can ask what it took.
 *
 * @returns `{ end() }`, which answers `{ mostMb, cpuSeconds }`: its largest resident size, and its CPU time to within a
 *   tenth of a second
 */
export function watchProcess(pid) {
  let mostMb = 0;
  let cpuSeconds = 0;
  const timer = setInterval(() => {
    try {
      const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
      mostMb = Math.max(mostMb, Math.round(Number(kilobytes?.[1] ?? 0) / 1_024));
      cpuSeconds = cpuSecondsOf({ it: pid }).it;
    } catch {
      // Ended between two looks.
    }
  }, everyMs);
  return {
    end() {
      clearInterval(timer);
      return { mostMb, cpuSeconds: Math.round(cpuSeconds * 10) / 10 };
    },
  };
}
