import { openClosedLoop, wrongGraphqlAnswer } from '../../load/closed-loop.mjs';
import { percentile, rounded } from '../../load/percentiles.mjs';
import { cpuSecondsOf } from '../../parts/process-costs.mjs';
import { clients } from './operations.mjs';

/** A hot path is compiled by then; on a machine that also does other things so many may take too long. */
const warmRequests = 5_000;
const warmUpLimitMs = 30_000;

export function openLoop(bench, origin, request) {
  const loop = openClosedLoop({ origin, clients, request, wrong: wrongGraphqlAnswer });
  bench.undo(() => loop.close());
  return loop;
}

export function headersFor(token) {
  return {
    'content-type': 'application/json',
    accept: 'application/json',
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  };
}

export async function warmUp(loop, seconds) {
  const deadline = Date.now() + warmUpLimitMs;
  let { requests } = await loop.run(seconds);
  while (requests < warmRequests && Date.now() < deadline) requests += (await loop.run(2)).requests;
}

export async function measure(loop, pid, seconds) {
  const before = cpuSecondsOf({ gateway: pid }).gateway;
  const result = await loop.run(seconds);
  const cpuSeconds = cpuSecondsOf({ gateway: pid }).gateway - before;
  return { ...result, cpuSeconds, cpuMs: (cpuSeconds * 1_000) / result.sent };
}

export function summed(runs) {
  const sum = (read) => runs.reduce((total, run) => total + read(run), 0);
  const latenciesMs = runs.flatMap((run) => run.latenciesMs);
  const cpuMs = (sum((run) => run.cpuSeconds) * 1_000) / sum((run) => run.sent);
  return {
    perCore: rounded(1_000 / cpuMs, 0),
    cpuMs: rounded(cpuMs, 3),
    cpuMsByRound: runs.map((run) => run.cpuMs),
    perSecond: rounded(sum((run) => run.requests) / sum((run) => run.seconds), 0),
    p50Ms: rounded(percentile(latenciesMs, 0.5)),
    p99Ms: rounded(percentile(latenciesMs, 0.99)),
  };
}
