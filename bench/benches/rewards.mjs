import { randomUUID } from 'node:crypto';
import { median, percentile, rounded } from '../load/percentiles.mjs';
import { cpuMsPerRequest, cpuSecondsOf } from '../parts/process-costs.mjs';
import { startProduct, until } from '../parts/product.mjs';
import { profilingOf } from '../parts/profiling.mjs';
import { startServers } from '../parts/servers.mjs';
import { countStatements } from '../parts/statement-counts.mjs';
import { openParties } from './rewards/parties.mjs';

export const options = {
  /** Each takes part once in every campaign. */
  members: 20_000,
  /** Campaigns with one pool each, settled one after the other. */
  rounds: 4,
  /** Ballots cast one at a time. */
  lone: 150,
  /** A folder for CPU profiles of benefits, taken from a round of its own. */
  profile: '',
};

const leastPerSecond = 5_000;
const mostLoneMs = 500;
const points = 100;
/** What a consumer puts into one transaction. */
const mostTogether = 500;

/**
 * From `ballot-cast` in its topic to points on the members' accounts, all from one pool: a crowd that waits, as after an
 * evening's rush, and one ballot at a time. The limit is fixed.
 */
export async function run(bench) {
  const { members, rounds, lone, profile } = bench.options;
  const profiling = profile === '' ? null : profilingOf(profile, ['benefits']);
  const servers = await startServers(bench);
  const only = ['members', 'evaluations', 'benefits'];
  const product = await startProduct(bench, servers, { only, env: profiling?.env });
  const parties = await openParties(bench, product, { members, points });
  const settle = () => settleCrowd(product, servers, parties);

  await bench.progress.step('Warm-up', settle, told);
  const crowds = [];
  for (let round = 1; round <= rounds; round += 1) {
    crowds.push(await bench.progress.step(`Crowd ${round} of ${rounds}`, settle, told));
  }
  const latenciesMs = await bench.progress.step(`${lone} lone ballots`, () => castAlone(parties, lone));
  await bench.progress.step('A pool that runs short', () => emptyPool(parties));
  await requireBooksToAgree(product);
  const statements = await bench.progress.step('SQL statements', () =>
    countStatements(servers.postgres.adminUrl, product.stack.databases, async () => {
      await settle();
      return { sent: Math.ceil(members / mostTogether) };
    }),
  );
  for (const { calls, rows, meanMs, text } of statements.texts.benefits) {
    bench.progress.say(`  ${calls} a full batch, ${rows} rows, ${meanMs} ms: ${text}`);
  }
  if (profiling !== null) {
    await bench.progress.step('CPU profile', () => profiling.during({ benefits: product.pids().benefits }, settle));
    const { benefits } = profiling.summary();
    bench.progress.say(
      `busy ${benefits.busyMs} ms\n  ${[...benefits.packages, '', ...benefits.functions].join('\n  ')}`,
    );
  }

  const value = median(crowds.map(({ perSecond }) => perSecond));
  const p99Ms = percentile(latenciesMs, 0.99);
  return {
    value: rounded(value, 0),
    unit: 'members/s',
    limit: leastPerSecond,
    ratio: rounded(value / leastPerSecond, 3),
    p50Ms: rounded(percentile(latenciesMs, 0.5)),
    p99Ms: rounded(p99Ms),
    notes: {
      target: `>= ${leastPerSecond} members/s from one pool, never overspent; p99 of a lone ballot <= ${mostLoneMs} ms`,
      limitIs: 'fixed',
      isReached: value >= leastPerSecond && p99Ms <= mostLoneMs,
      members,
      perSecondByRound: crowds.map(({ perSecond }) => rounded(perSecond, 0)),
      cpuMsPerMember: withTotal(mean(crowds.map(({ cpu }) => cpu))),
      latencyIs: 'of a lone ballot: from before the commit of its event to its points, seen by asking every 2 ms',
      machine: bench.machine,
    },
  };
}

/** All cast in one campaign; its pool stands still until they are in their topic. */
async function settleCrowd(product, servers, parties) {
  const campaignId = await parties.openCampaign(parties.memberIds.length * points);
  const release = await parties.holdPool(campaignId);
  const events = parties.memberIds.map((memberId) => ballot(campaignId, memberId));
  try {
    await parties.castAll(events);
    await until('the ballots are in their topic', async () => ((await parties.unpublished()) === 0 ? true : null));
  } catch (error) {
    await release();
    throw error;
  }
  const pids = { ...product.pids(), postgres: servers.postgres.pid, kafka: servers.kafka.pid };
  const before = cpuSecondsOf(pids);
  const began = performance.now();
  await release();
  await until('all are paid', async () => ((await parties.pointsLeft(campaignId)) === 0 ? true : null), {
    everyMs: 20,
  });
  const seconds = (performance.now() - began) / 1_000;
  const after = cpuSecondsOf(pids);
  await until('what was settled is told', async () => ((await parties.untold()) === 0 ? true : null));
  const pool = await parties.poolOf(campaignId);
  if (pool.balance !== 0 || pool.granted !== events.length || pool.points !== events.length * points) {
    throw new Error(`The pool does not add up: ${JSON.stringify(pool)}`);
  }
  return { perSecond: events.length / seconds, cpu: cpuMsPerRequest(before, after, events.length) };
}

/** Some come while the relay is awake, every fifth after it fell asleep. */
async function castAlone(parties, count) {
  const campaignId = await parties.openCampaign(parties.memberIds.length * points);
  const latenciesMs = [];
  for (let index = 0; index < count; index += 1) {
    await new Promise((resolve) => setTimeout(resolve, index % 5 === 4 ? 1_200 : 100 * Math.random()));
    const cast = ballot(campaignId, parties.memberIds[index]);
    const began = performance.now();
    await parties.castAll([cast]);
    await until('the points are there', async () => ((await parties.isGranted(cast.participationId)) ? true : null), {
      everyMs: 2,
      withinMs: 30_000,
    });
    latenciesMs.push(performance.now() - began);
  }
  return latenciesMs;
}

/** Half of those who take part at once find the pool empty; it pays what it has and not a point more. */
async function emptyPool(parties) {
  const crowd = parties.memberIds.slice(0, 4_000);
  const payable = crowd.length / 2;
  const campaignId = await parties.openCampaign(payable * points + points - 1);
  await parties.castAll(crowd.map((memberId) => ballot(campaignId, memberId)));
  await until('all are settled', async () => ((await parties.settled(campaignId)) === crowd.length ? true : null));
  const pool = await parties.poolOf(campaignId);
  if (pool.balance !== points - 1 || pool.granted !== payable || pool.points !== payable * points) {
    throw new Error(`A pool that runs short does not add up: ${JSON.stringify(pool)}`);
  }
}

async function requireBooksToAgree(product) {
  const { createDataSource } = await import('@zhijia/database');
  const { LedgerStore } = await import('@zhijia/ledger');
  const db = createDataSource({
    url: product.stack.databases.benefits,
    applicationName: 'bench',
    migrations: [],
    statementTimeoutMs: 120_000,
  });
  await db.initialize();
  try {
    const drifts = await new LedgerStore().recomputeBalances(db);
    if (drifts.length > 0) throw new Error(`The ledger drifted: ${JSON.stringify(drifts.slice(0, 3))}`);
  } finally {
    await db.destroy();
  }
}

function ballot(campaignId, memberId) {
  return { participationId: randomUUID(), campaignId, memberId, rewardPoints: points };
}

function told({ perSecond }) {
  return `${Math.round(perSecond)}/s`;
}

function withTotal(parts) {
  return {
    ...parts,
    total: rounded(
      Object.values(parts).reduce((sum, ms) => sum + ms, 0),
      3,
    ),
  };
}

function mean(costs) {
  return Object.fromEntries(
    Object.keys(costs[0]).map((name) => [
      name,
      rounded(costs.reduce((sum, each) => sum + each[name], 0) / costs.length, 3),
    ]),
  );
}
