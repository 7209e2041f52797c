import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { root } from '../../deploy/local/src/paths.mjs';
import { build } from '../../tools/build.mjs';
import { wrongGraphqlAnswer } from '../load/closed-loop.mjs';
import { median, rounded } from '../load/percentiles.mjs';
import { installPeers } from '../parts/peers.mjs';
import { cpuSecondsOf, memoryOf } from '../parts/process-costs.mjs';
import { clients, memberList, operations, organisationOf, unseenOperation } from './gateway/operations.mjs';
import { headersFor, measure, openLoop, summed, warmUp } from './gateway/measuring.mjs';
import { makeIssuer, startProductGateway, startServer, startStandIns, supergraphFor } from './gateway/servers.mjs';
import { composeWideningGraph, wideOperation } from './gateway/widening-graph.mjs';

export const options = {
  /** Measured, for each side and operation, over all rounds. */
  seconds: 15,
  /** Before anything is measured, for each side and operation; longer until 5,000 requests, 30 s at most. */
  warmup: 8,
  rounds: 5,
  /** Distinct operations whose memory is looked at. */
  distinct: 10_000,
};

const unseen = 100;

/** Our gateway beside Apollo's with its stock data source, Hive's, and a join written by hand. */
export async function run(bench) {
  const { step } = bench.progress;
  await step(
    'Build',
    () => build(),
    ({ files, compiled }) => `${compiled} of ${files} files compiled`,
  );
  const peers = await installPeers(bench);
  const standIns = await startStandIns(bench);
  const issuer = await makeIssuer(bench);
  const product = await startProductGateway(bench, standIns, issuer);

  const measured = {};
  for (const [name, operation] of Object.entries(operations)) {
    const sides = {
      ours: { ...product, path: `/${operation.audience}/graphql` },
      stock: await startStock(bench, standIns, operation.audience),
      hive: await startHive(bench, standIns, operation.audience, peers.hive),
      ...(name === 'home' ? { byHand: await startByHand(bench, standIns) } : {}),
    };
    measured[name] = await compareSides(bench, name, operation, sides, issuer);
    if (name === 'list') measured.firstRequest = await firstRequests(bench, sides, issuer);
    for (const [side, { stop }] of Object.entries(sides)) if (side !== 'ours') await stop();
  }
  const growth = {
    entities: await growingLists(bench, product, issuer),
    fetches: await wideningFetches(bench, standIns),
  };
  const memory = await distinctOperations(bench, product, issuer);

  const { ours, stock, hive, byHand } = measured.home;
  return {
    value: ours.perCore,
    unit: 'requests/s per core',
    limit: byHand.perCore,
    ratio: rounded(ours.perCore / byHand.perCore, 3),
    p50Ms: ours.p50Ms,
    p99Ms: ours.p99Ms,
    notes: {
      target: '>= 5 x stock and >= 5 x hive per core, <= 0.25 ms of CPU a request where stock takes 1.3',
      limitIs: 'the same five fetches joined by hand behind node:http; no schema, identity, limits or log',
      stock: stock.perCore,
      hive: hive.perCore,
      timesStock: rounded(ours.perCore / stock.perCore),
      timesHive: rounded(ours.perCore / hive.perCore),
      cpuMs: { ours: ours.cpuMs, stock: stock.cpuMs, hive: hive.cpuMs, byHand: byHand.cpuMs },
      perSecond: { ours: ours.perSecond, stock: stock.perSecond, hive: hive.perSecond, byHand: byHand.perSecond },
      timesStockByRound: byRound(ours, stock),
      timesHiveByRound: byRound(ours, hive),
      list: told(measured.list),
      growth,
      firstRequest: measured.firstRequest,
      distinctOperations: memory,
      hiveVersion: peers.hive.version,
      clients,
      rounds: bench.options.rounds,
      measuredSeconds: bench.options.seconds,
      machine: bench.machine,
    },
  };
}

function told({ ours, stock, hive }) {
  return {
    ours: ours.perCore,
    stock: stock.perCore,
    hive: hive.perCore,
    timesStock: rounded(ours.perCore / stock.perCore),
    timesHive: rounded(ours.perCore / hive.perCore),
    cpuMs: { ours: ours.cpuMs, stock: stock.cpuMs, hive: hive.cpuMs },
    p50Ms: ours.p50Ms,
    p99Ms: ours.p99Ms,
  };
}

function byRound(ours, other) {
  return ours.cpuMsByRound.map((cpuMs, round) => rounded(other.cpuMsByRound[round] / cpuMs));
}

/** The same operation through every side in turns, after all gave the same answer to every client. */
async function compareSides(bench, name, operation, sides, issuer) {
  const tokens = await Promise.all(
    Array.from({ length: clients }, (_, client) => issuer.token(operation.audience, client)),
  );
  const requests = tokens.map((token, client) => ({
    headers: headersFor(token),
    body: operation.body(client),
  }));
  const loops = {};
  for (const [side, { origin, path }] of Object.entries(sides)) {
    loops[side] = openLoop(bench, origin, (client) => ({ path, ...requests[client] }));
  }
  await bench.progress.step(`Alike answers to ${name}`, () => compareAnswers(loops));
  for (const [side, loop] of Object.entries(loops)) {
    await bench.progress.step(`Warm-up of ${side}, ${name}`, () => warmUp(loop, bench.options.warmup));
  }
  const runs = Object.fromEntries(Object.keys(sides).map((side) => [side, []]));
  for (let round = 1; round <= bench.options.rounds; round += 1) {
    for (const side of Object.keys(sides)) {
      // What ran before has the caches for a moment.
      await loops[side].run(0.3);
      const run = await bench.progress.step(
        `${side}, ${name}, round ${round} of ${bench.options.rounds}`,
        () => measure(loops[side], sides[side].pid, bench.options.seconds / bench.options.rounds),
        ({ perSecond, cpuMs }) => `${Math.round(perSecond)}/s, ${rounded(cpuMs, 3)} ms of CPU`,
      );
      runs[side].push(run);
    }
  }
  return Object.fromEntries(Object.entries(runs).map(([side, each]) => [side, summed(each)]));
}

async function compareAnswers(loops) {
  for (let client = 0; client < clients; client += 1) {
    const [[, first], ...others] = await Promise.all(
      Object.entries(loops).map(async ([side, loop]) => {
        const { status, body } = await loop.askOnce(client);
        return [side, status === 200 ? JSON.parse(body.toString('utf8')) : `${status} ${body}`];
      }),
    );
    const other = others.find(([, answer]) => !isDeepStrictEqual(answer, first));
    if (first.data === undefined || first.errors !== undefined || other !== undefined) {
      throw new Error(`The answers differ:\n${JSON.stringify(first)}\n${JSON.stringify(other)}`);
    }
  }
}

/** Operations that nobody asked before: parsed, validated, planned (ours: and compiled), run. One at a time. */
async function firstRequests(bench, sides, issuer) {
  const token = await issuer.token('dashboard', 0);
  const results = {};
  for (const [side, { origin, path, pid }] of Object.entries(sides)) {
    const loop = openLoop(bench, origin, (_client, count) => ({
      path,
      headers: headersFor(token),
      body: unseenOperation(count),
    }));
    results[side] = await bench.progress.step(
      `Operations never seen, ${side}`,
      async () => {
        const before = cpuSecondsOf({ gateway: pid }).gateway;
        const times = [];
        for (let count = 0; count < unseen; count += 1) {
          const began = performance.now();
          const answer = await loop.askOnce(0);
          times.push(performance.now() - began);
          if (wrongGraphqlAnswer(answer) !== null) throw new Error(`${side} answers ${answer.status} ${answer.body}`);
        }
        const cpuMs = ((cpuSecondsOf({ gateway: pid }).gateway - before) * 1_000) / unseen;
        return { cpuMs: rounded(cpuMs), p50Ms: rounded(median(times)) };
      },
      ({ cpuMs }) => `${cpuMs} ms of CPU each`,
    );
  }
  return results;
}

async function growingLists(bench, product, issuer) {
  const token = await issuer.token('dashboard', 0);
  const results = {};
  for (const entities of [20, 200, 2_000]) {
    const loop = openLoop(bench, product.origin, (client) => ({
      path: '/dashboard/graphql',
      headers: headersFor(token),
      body: memberList(organisationOf(client), entities),
    }));
    results[entities] = await bench.progress.step(
      `${entities} entities`,
      async () => {
        await loop.run(2);
        const { cpuMs } = await measure(loop, product.pid, 4);
        return { cpuMs: rounded(cpuMs, 3), cpuMicrosecondsPerEntity: rounded((cpuMs * 1_000) / entities) };
      },
      ({ cpuMs }) => `${cpuMs} ms of CPU`,
    );
  }
  return results;
}

async function wideningFetches(bench, standIns) {
  const file = join(bench.directory, 'widening.graphql');
  writeFileSync(
    file,
    composeWideningGraph((name) => standIns.urlOf(name)),
  );
  const gateway = await startServer(bench, 'widening', (port) => ({
    args: [join(root, 'tools', 'gateway.mjs'), '--supergraph', file, '--port', String(port), '--no-identity'],
    path: '/graphql',
  }));
  const results = {};
  for (const fetches of [2, 4, 8]) {
    const loop = openLoop(bench, gateway.origin, (client) => ({
      path: gateway.path,
      headers: headersFor(null),
      body: wideOperation(fetches, client),
    }));
    results[fetches] = await bench.progress.step(
      `${fetches} fetches`,
      async () => {
        await loop.run(2);
        const { cpuMs } = await measure(loop, gateway.pid, 4);
        return { cpuMs: rounded(cpuMs, 3), cpuMicrosecondsPerFetch: rounded((cpuMs * 1_000) / fetches) };
      },
      ({ cpuMs }) => `${cpuMs} ms of CPU`,
    );
  }
  await gateway.stop();
  return results;
}

/** Memory after so many operations that nobody asked twice: what is kept of them is bounded, so it levels off. */
async function distinctOperations(bench, product, issuer) {
  const token = await issuer.token('dashboard', 0);
  const { distinct } = bench.options;
  const residentMb = () => memoryOf(product.pid).residentMb;
  let number = unseen;
  const request = { path: '/dashboard/graphql', headers: headersFor(token) };
  const loop = openLoop(bench, product.origin, () => ({ ...request, body: unseenOperation((number += 1)) }));
  const askOthers = async (count) => {
    for (let left = count; left > 0; left -= clients) {
      const batch = Array.from({ length: Math.min(left, clients) }, (_, client) => loop.askOnce(client));
      const wrong = (await Promise.all(batch)).map(wrongGraphqlAnswer).find((each) => each !== null);
      if (wrong !== undefined) throw new Error(`Wrong answer: ${wrong}`);
    }
  };
  return bench.progress.step(
    `${distinct} distinct operations`,
    async () => {
      const resident = [residentMb()];
      for (let quarter = 1; quarter <= 4; quarter += 1) {
        await askOthers(Math.round(distinct / 4));
        resident.push(residentMb());
      }
      return { distinct, residentMbByQuarter: resident, planned: await plannedBy(product) };
    },
    ({ residentMbByQuarter }) => `${residentMbByQuarter.join(', ')} MB`,
  );
}

/** What our gateway says of the operations it keeps. */
async function plannedBy({ origin }) {
  const text = await (await fetch(`${origin}/metrics`)).text();
  const sumOf = (name) =>
    [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].reduce(
      (sum, [, value]) => sum + Number(value),
      0,
    );
  return {
    operations: sumOf('zhijia_gateway_planned_operations'),
    megabytes: rounded(sumOf('zhijia_gateway_planned_bytes') / 2 ** 20, 1),
  };
}

function startStock(bench, standIns, audience) {
  return startServer(bench, `stock ${audience}`, (port) => ({
    args: [join(import.meta.dirname, 'gateway', 'stock-gateway.mjs')],
    env: { SUPERGRAPH_FILE: supergraphFor(bench, standIns, audience), PORT: String(port) },
    path: '/',
  }));
}

function startHive(bench, standIns, audience, { args }) {
  return startServer(bench, `hive ${audience}`, (port) => ({
    args,
    env: { SUPERGRAPH_FILE: supergraphFor(bench, standIns, audience), PORT: String(port) },
    path: '/graphql',
  }));
}

function startByHand(bench, standIns) {
  return startServer(bench, 'by hand', (port) => ({
    args: [join(import.meta.dirname, 'gateway', 'by-hand.mjs')],
    env: { PORT: String(port), SUBGRAPHS: JSON.stringify(standIns.ports) },
    path: '/',
  }));
}
