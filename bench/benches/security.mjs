import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../deploy/local/src/paths.mjs';
import { build } from '../../tools/build.mjs';
import { rounded } from '../load/percentiles.mjs';
import { headersFor, measure, openLoop, summed, warmUp } from './gateway/measuring.mjs';
import { clients, operations } from './gateway/operations.mjs';
import { makeIssuer, startProductGateway, startServer, startStandIns, supergraphFor } from './gateway/servers.mjs';
import { homeQuery } from './graph/home-query.mjs';
import { underAttack } from './security/under-attack.mjs';

export const options = {
  /** Measured, for each side, over all rounds. */
  seconds: 16,
  warmup: 6,
  rounds: 4,
  /** Of one turn: quiet, under attack, under attack with documents to plan. */
  attackSeconds: 6,
  ordinaryPerSecond: 200,
  attacksPerSecond: 60,
};

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
        'ratio >= 0.85; a trusted document no slower than a free one; under attack: rejected p99 <= 50 ms, memory + <= 50 MB, ordinary p99 <= 1.2 x quiet (timesQuiet)',
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

function byName(sides, read) {
  return Object.fromEntries(Object.entries(sides).map(([name, side]) => [name, read(side)]));
}
