import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../deploy/local/src/paths.mjs';
import { build } from '../../tools/build.mjs';
import { callAtPace } from '../load/paced-calls.mjs';
import { median, percentile, rounded } from '../load/percentiles.mjs';
import { cpuSecondsOf, memoryOf } from '../parts/process-costs.mjs';
import { headersFor, measure, openLoop, summed, warmUp } from './gateway/measuring.mjs';
import { clients, operations, unseenOperation } from './gateway/operations.mjs';
import { makeIssuer, startProductGateway, startServer, startStandIns, supergraphFor } from './gateway/servers.mjs';
import { homeQuery } from './graph/home-query.mjs';
import { attacks } from './security/attacks.mjs';

export const options = {
  /** Measured, for each side, over all rounds. */
  seconds: 16,
  warmup: 6,
  rounds: 4,
  /** Quiet and under attack, in turns, twice each. */
  attackSeconds: 12,
  ordinaryPerSecond: 200,
  attacksPerSecond: 60,
};

const attackingClients = 12;
/** Nobody here is to come to the end of them, but who plans ever new documents. */
const boundless = { requestsPerMinute: 1e9, costPerMinute: 1e9 };

/** What identity, limits, signing and the log cost the home query, and what clients with bad intent can do. */
export async function run(bench) {
  const { step } = bench.progress;
  await step(
    'Build',
    () => build(),
    ({ files, compiled }) => `${compiled} of ${files} files compiled`,
  );
  const standIns = await startStandIns(bench);
  const issuer = await makeIssuer(bench);
  const gateway = await startProductGateway(bench, standIns, issuer, {
    DOCUMENTS_DIR: join(root, 'deploy', 'documents'),
    RATE_LIMITS_FILE: ratesFile(bench),
  });
  const layers = await compareLayers(bench, standIns, gateway, issuer);
  const attack = await underAttack(bench, gateway, issuer);

  const { layered, bare } = layers;
  return {
    value: layered.perCore,
    unit: 'requests/s per core',
    limit: bare.perCore,
    ratio: rounded(layered.perCore / bare.perCore, 3),
    p50Ms: layered.p50Ms,
    p99Ms: layered.p99Ms,
    notes: {
      target:
        'ratio >= 0.85; a trusted document no slower than a free one; under attack: rejected p99 <= 50 ms, memory + <= 50 MB, ordinary p99 <= 1.2 x quiet',
      limitIs:
        'the same operation and subgraphs through the stand-alone gateway: nobody asks, nothing is signed or logged',
      cpuMs: byName(layers, ({ cpuMs }) => cpuMs),
      perSecond: byName(layers, ({ perSecond }) => perSecond),
      layersCpuMs: rounded(layered.cpuMs - bare.cpuMs, 3),
      ratioByRound: layered.cpuMsByRound.map((cpuMs, round) => rounded(bare.cpuMsByRound[round] / cpuMs, 3)),
      trustedByFree: rounded(layers.layered.perCore / layers.free.perCore, 3),
      namedByFree: rounded(layers.named.perCore / layers.free.perCore, 3),
      attack,
      clients,
      machine: bench.machine,
    },
  };
}

function ratesFile(bench) {
  const file = join(bench.directory, 'rates.json');
  const none = { member: boundless, client: boundless };
  const usual = { member: { requestsPerMinute: 600, costPerMinute: 300_000 }, client: null };
  writeFileSync(file, JSON.stringify({ mobile: none, dashboard: usual, bank: none }));
  return file;
}

async function compareLayers(bench, standIns, gateway, issuer) {
  const supergraph = supergraphFor(bench, standIns, 'mobile');
  const bare = await startServer(bench, 'bare', (port) => ({
    args: [join(root, 'tools', 'gateway.mjs'), '--supergraph', supergraph, '--port', String(port), '--no-identity'],
    env: { LOG_LEVEL: 'error' },
    path: '/graphql',
  }));
  const { createHash } = await import('node:crypto');
  const documentId = `sha256:${createHash('sha256').update(homeQuery).digest('hex')}`;
  const body = operations.home.body();
  const tokens = await Promise.all(Array.from({ length: clients }, (_, client) => issuer.token('mobile', client)));
  const at = { ...gateway, path: '/mobile/graphql' };
  const sides = {
    bare: { ...bare, body, isAnonymous: true },
    layered: { ...at, body },
    free: { ...at, body: JSON.stringify({ operationName: 'Home', query: `${homeQuery}\n# registered nowhere` }) },
    named: { ...at, body: JSON.stringify({ operationName: 'Home', documentId }) },
  };
  const loops = {};
  for (const [name, { origin, path, body: sent, isAnonymous }] of Object.entries(sides)) {
    const headers = tokens.map((token) => headersFor(isAnonymous === true ? null : token));
    loops[name] = openLoop(bench, origin, (client) => ({ path, headers: headers[client], body: sent }));
    await bench.progress.step(`Warm-up of ${name}`, () => warmUp(loops[name], bench.options.warmup));
  }
  const runs = Object.fromEntries(Object.keys(sides).map((name) => [name, []]));
  for (let round = 1; round <= bench.options.rounds; round += 1) {
    for (const [name, { pid }] of Object.entries(sides)) {
      await loops[name].run(0.3);
      const result = await bench.progress.step(
        `${name}, round ${round} of ${bench.options.rounds}`,
        () => measure(loops[name], pid, bench.options.seconds / bench.options.rounds),
        ({ perSecond, cpuMs }) => `${Math.round(perSecond)}/s, ${rounded(cpuMs, 3)} ms of CPU`,
      );
      runs[name].push(result);
    }
  }
  await bare.stop();
  return Object.fromEntries(Object.entries(runs).map(([name, each]) => [name, summed(each)]));
}

/** The same ordinary load with and without attackers beside it, each at its own pace. */
async function underAttack(bench, gateway, issuer) {
  const { attackSeconds, ordinaryPerSecond, attacksPerSecond } = bench.options;
  const path = '/mobile/graphql';
  const body = operations.home.body();
  const tokens = await Promise.all(Array.from({ length: clients }, (_, client) => issuer.token('mobile', client)));
  const officer = await issuer.token('dashboard', 0);
  const ordinary = openLoop(bench, gateway.origin, (client) => ({ path, headers: headersFor(tokens[client]), body }));
  const attackers = openLoop(bench, gateway.origin, () => ({}));
  const kinds = Object.keys(attacks);
  const rejectedMs = [];
  const statuses = {};
  let mark = 0;

  const ordinaryLoad = async () => {
    const latenciesMs = [];
    await callAtPace(ordinary, {
      clients: 16,
      perSecond: ordinaryPerSecond,
      seconds: attackSeconds / 2,
      request: (client) => ({ path, headers: headersFor(tokens[client]), body }),
      take: ({ status }, _client, _count, latencyMs) => {
        if (status !== 200) throw new Error(`An ordinary request got ${status}`);
        latenciesMs.push(latencyMs);
      },
    });
    return latenciesMs;
  };
  const makeAttack = (client) => {
    mark += 1;
    // Every eighth plans a document that nobody asked before, as an officer may, until that is too much.
    if (mark % 8 === 0) {
      const headers = headersFor(officer);
      return { kind: 'everNew', path: '/dashboard/graphql', headers, body: unseenOperation(1e6 + mark) };
    }
    const kind = kinds[mark % kinds.length];
    return { kind, path, headers: headersFor(tokens[client]), body: JSON.stringify(attacks[kind](mark)) };
  };
  const makeAttacks = () =>
    Array.from({ length: (attacksPerSecond * attackSeconds) / 2 }, (_, count) => makeAttack(count % attackingClients));
  const attackLoad = (made) => {
    const asked = new Map();
    return callAtPace(attackers, {
      clients: attackingClients,
      perSecond: attacksPerSecond,
      seconds: attackSeconds / 2,
      request: (client) => {
        const { kind, ...request } = made.pop() ?? makeAttack(client);
        asked.set(client, kind);
        return request;
      },
      take: ({ status, body: answer }, client, _count, latencyMs) => {
        const kind = asked.get(client);
        const code = /"code":"(\w+)"/.exec(answer.toString('utf8'))?.[1] ?? 'answered';
        const seen = `${status} ${code}`;
        statuses[kind] = { ...statuses[kind], [seen]: (statuses[kind]?.[seen] ?? 0) + 1 };
        if (code !== 'answered') rejectedMs.push(latencyMs);
      },
    });
  };

  const cpuMsEach = await bench.progress.step('Each attack alone', () =>
    costOfEach(gateway, attackers, (kind) => {
      mark += 1;
      return { path, headers: headersFor(tokens[0]), body: JSON.stringify(attacks[kind](mark)) };
    }),
  );
  const residentMb = () => memoryOf(gateway.pid).residentMb;
  await bench.progress.step('Ordinary load and attacks, to warm up', () =>
    Promise.all([ordinaryLoad(), attackLoad(makeAttacks())]),
  );
  rejectedMs.length = 0;
  const before = residentMb();
  const quiet = [];
  const attacked = [];
  const cpu = { quiet: 0, attacked: 0 };
  const load = async (title, into, name, run) => {
    const began = cpuSecondsOf({ gateway: gateway.pid }).gateway;
    into.push(
      await bench.progress.step(title, run, (latenciesMs) => `p99 ${rounded(percentile(latenciesMs, 0.99))} ms`),
    );
    cpu[name] += cpuSecondsOf({ gateway: gateway.pid }).gateway - began;
  };
  for (let turn = 1; turn <= 4; turn += 1) {
    await load(`Quiet, ${turn} of 4`, quiet, 'quiet', ordinaryLoad);
    // Made ahead: to write twenty thousand words takes this process long enough to be late with an ordinary request.
    const made = makeAttacks();
    await load(`Under attack, ${turn} of 4`, attacked, 'attacked', async () => {
      const [latenciesMs] = await Promise.all([ordinaryLoad(), attackLoad(made)]);
      return latenciesMs;
    });
  }
  const p99 = (latenciesMs) => percentile(latenciesMs, 0.99);
  const [quietP99Ms, attackedP99Ms] = [p99(quiet.flat()), p99(attacked.flat())];
  return {
    ordinaryPerSecond,
    attacksPerSecond,
    quietP99Ms: rounded(quietP99Ms),
    attackedP99Ms: rounded(attackedP99Ms),
    timesQuiet: rounded(attackedP99Ms / quietP99Ms),
    timesQuietByTurn: rounded(median(attacked.map((each, turn) => p99(each) / p99(quiet[turn])))),
    rejected: rejectedMs.length,
    rejectedP50Ms: rounded(percentile(rejectedMs, 0.5)),
    rejectedP99Ms: rounded(percentile(rejectedMs, 0.99)),
    grownMb: residentMb() - before,
    residentMb: residentMb(),
    gatewayCpuSeconds: { quiet: rounded(cpu.quiet), attacked: rounded(cpu.attacked) },
    cpuMsEach,
    statuses,
  };
}

/** What one request of each kind costs the gateway, one at a time. */
async function costOfEach(gateway, loop, request) {
  const times = 40;
  const cpuMs = {};
  for (const kind of Object.keys(attacks)) {
    const before = cpuSecondsOf({ gateway: gateway.pid }).gateway;
    for (let count = 0; count < times; count += 1) await loop.askOnce(0, request(kind));
    cpuMs[kind] = rounded(((cpuSecondsOf({ gateway: gateway.pid }).gateway - before) * 1_000) / times);
  }
  return cpuMs;
}

function byName(sides, read) {
  return Object.fromEntries(Object.entries(sides).map(([name, side]) => [name, read(side)]));
}
