import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';
import { spawnLeashed } from '../../deploy/local/src/leash.mjs';
import { reservePort } from '../../deploy/local/src/ports.mjs';
import { openClosedLoop, wrongGraphqlAnswer } from '../load/closed-loop.mjs';
import { percentile, rounded } from '../load/percentiles.mjs';
import { importCounty, openCampaign, postVisits } from '../parts/county.mjs';
import { cpuMsPerRequest, cpuSecondsOf } from '../parts/process-costs.mjs';
import { startProduct, until } from '../parts/product.mjs';
import { profilingOf } from '../parts/profiling.mjs';
import { startServers } from '../parts/servers.mjs';
import { countStatements } from '../parts/statement-counts.mjs';
import { homeQuery } from './graph/home-query.mjs';
import { makeOneJoinDatabase } from './graph/one-join-database.mjs';

export const options = {
  /** Measured, for each side. */
  seconds: 18,
  /** Before anything is measured, for each side. */
  warmup: 10,
  rounds: 3,
  clients: 32,
  members: 2_000,
  /** A folder for CPU profiles of every process of ours, taken after the measurement. */
  profile: '',
};

const warmRequests = 5_000;

const services = ['gateway', 'members', 'timebank', 'evaluations', 'benefits'];

/** The member's home query over all four subgraphs, beside one SQL join that gives the same answer. */
export async function run(bench) {
  const { seconds, warmup, rounds, clients, profile } = bench.options;
  const profiling = profile === '' ? null : profilingOf(profile, services);
  const servers = await startServers(bench);
  const product = await startProduct(bench, servers, { env: profiling?.env });
  const county = await importCounty(bench, product, bench.options.members);
  await openCampaign(bench, product, county);
  const members = await chooseMembers(product, clients);
  await postVisits(
    product,
    county,
    members.map(({ id }) => id),
  );
  for (const name of services.slice(1)) await product.rows(name, 'VACUUM ANALYZE');

  const ours = await openOurs(bench, product, members);
  const limit = await openLimit(bench, product, servers, members);
  await bench.progress.step('Both give the same facts', () => compare(ours, limit, members));

  const sides = [
    { name: 'graph', loop: ours, runs: [], pids: { ...product.pids(), postgres: servers.postgres.pid } },
    { name: 'one join', loop: limit.loop, runs: [], pids: { server: limit.pid, postgres: servers.postgres.pid } },
  ];
  for (const { name, loop } of sides) await bench.progress.step(`Warm-up of ${name}`, () => warmUp(loop, warmup));
  for (let round = 1; round <= rounds; round += 1) {
    for (const side of sides) await measure(bench, side, seconds / rounds, `${side.name}, round ${round} of ${rounds}`);
  }
  const [graph, join] = sides.map(({ runs }) => summed(runs));
  const statements = await bench.progress.step('SQL statements', () =>
    countStatements(servers.postgres.adminUrl, product.stack.databases, () => ours.run(3)),
  );
  for (const [name, texts] of Object.entries(statements.texts)) {
    for (const { calls, rows, meanMs, text } of texts) {
      bench.progress.say(`  ${name}: ${calls} a request, ${rows} rows, ${meanMs} ms: ${text}`);
    }
  }
  if (profiling !== null) {
    await bench.progress.step('CPU profiles', () => profiling.during(product.pids(), () => ours.run(8)));
    for (const [name, summary] of Object.entries(profiling.summary())) {
      bench.progress.say(
        `${name}: busy ${summary.busyMs} ms\n  ${[...summary.packages, '', ...summary.functions].join('\n  ')}`,
      );
    }
  }

  return {
    value: rounded(graph.perSecond, 1),
    unit: 'requests/s',
    limit: rounded(join.perSecond, 1),
    ratio: rounded(graph.perSecond / join.perSecond, 3),
    p50Ms: rounded(percentile(graph.latenciesMs, 0.5)),
    p99Ms: rounded(percentile(graph.latenciesMs, 0.99)),
    notes: {
      target: 'ratio >= 0.25, aim 0.4',
      limitIs: 'one SQL join behind node:http with pg, same PostgreSQL, same facts',
      clients,
      members: bench.options.members,
      measuredSeconds: seconds,
      ratioByRound: sides[0].runs.map((each, round) => rounded(each.perSecond / sides[1].runs[round].perSecond, 3)),
      cpuMsPerRequest: withTotal(graph.cpu),
      limitCpuMsPerRequest: withTotal(join.cpu),
      limitP50Ms: rounded(percentile(join.latenciesMs, 0.5)),
      limitP99Ms: rounded(percentile(join.latenciesMs, 0.99)),
      sqlStatementsPerRequest: statements.perRequest,
      sqlCountedBy: 'pg_stat_statements',
      machine: bench.machine,
    },
  };
}

/** Members who may take part, spread over the county. */
async function chooseMembers(product, count) {
  const rows = await product.rows(
    'evaluations',
    `SELECT member_id AS id, organisation_id AS "organisationId" FROM electorate_slot ORDER BY member_id`,
  );
  const step = Math.floor(rows.length / count);
  return Array.from({ length: count }, (_, index) => rows[index * step]);
}

async function openOurs(bench, product, members) {
  const body = JSON.stringify({ operationName: 'Home', query: homeQuery });
  const url = new URL(product.stack.gateway.mobile);
  const headers = await Promise.all(
    members.map(async ({ id, organisationId }) => ({
      'content-type': 'application/json',
      accept: 'application/json',
      authorization: `Bearer ${await product.token({
        audience: 'mobile',
        subject: id,
        memberId: id,
        roles: [{ role: 'member', organisationId }],
      })}`,
    })),
  );
  const loop = openClosedLoop({
    origin: url.origin,
    clients: members.length,
    request: (client) => ({ path: url.pathname, headers: headers[client], body }),
    wrong: wrongGraphqlAnswer,
  });
  bench.undo(() => loop.close());
  return loop;
}

async function openLimit(bench, product, servers, members) {
  const databaseUrl = await makeOneJoinDatabase(bench, product, servers.postgres.adminUrl);
  const { port, release } = await reservePort('free');
  bench.undo(release);
  const leashed = spawnLeashed(process.execPath, [join(import.meta.dirname, 'graph', 'one-join-server.mjs')], {
    plan: 'TERM:5',
    cwd: import.meta.dirname,
    logFile: join(bench.directory, 'one-join.log'),
    env: { PATH: process.env.PATH, PORT: String(port), DATABASE_URL: databaseUrl, NODE_ENV: 'production' },
  });
  bench.undo(() => leashed.stop());
  const loop = openClosedLoop({
    origin: `http://127.0.0.1:${port}`,
    clients: members.length,
    request: (client) => ({ method: 'GET', path: `/home?member=${members[client].id}` }),
    wrong: wrongGraphqlAnswer,
  });
  bench.undo(() => loop.close());
  await until('the one join answers', () => loop.askOnce(0).catch(() => null), { withinMs: 10_000 });
  return { loop, pid: leashed.pid };
}

async function compare(ours, limit, members) {
  for (const [client, { id }] of members.entries()) {
    const [left, right] = await Promise.all(
      [ours, limit.loop].map(async (loop) => JSON.parse((await loop.askOnce(client)).body.toString('utf8'))),
    );
    const isWhole = left.data?.me?.awaitingCampaigns?.[0]?.rewardPool && left.data.me.timeAccount.balanceMinutes > 0;
    if (!isWhole || !isDeepStrictEqual(left, right)) {
      throw new Error(`The answers for ${id} differ:\n${JSON.stringify(left)}\n${JSON.stringify(right)}`);
    }
  }
}

/** On a machine that also does other things so many seconds may hold too few requests to compile what is hot. */
async function warmUp(loop, seconds) {
  const deadline = Date.now() + 120_000;
  let { requests } = await loop.run(seconds);
  while (requests < warmRequests && Date.now() < deadline) requests += (await loop.run(2)).requests;
}

function usedSoFar({ pids }) {
  const { user, system } = process.cpuUsage();
  return { ...cpuSecondsOf(pids), load: (user + system) / 1e6 };
}

async function measure(bench, side, seconds, title) {
  // The other side just ran: caches and boost are its own for a moment.
  await side.loop.run(1);
  const before = usedSoFar(side);
  const result = await bench.progress.step(
    title,
    () => side.loop.run(seconds),
    ({ perSecond }) => `${Math.round(perSecond)}/s`,
  );
  const after = usedSoFar(side);
  side.runs.push({ ...result, before, after });
}

function summed(runs) {
  const requests = runs.reduce((sum, each) => sum + each.requests, 0);
  const seconds = runs.reduce((sum, each) => sum + each.seconds, 0);
  const total = (side) =>
    Object.fromEntries(
      Object.keys(runs[0].after).map((name) => [name, runs.reduce((sum, each) => sum + each[side][name], 0)]),
    );
  return {
    requests,
    perSecond: requests / seconds,
    latenciesMs: runs.flatMap(({ latenciesMs }) => latenciesMs),
    cpu: cpuMsPerRequest(total('before'), total('after'), requests),
  };
}

/** The load generator is told beside, not within: it is no part of either side. */
function withTotal({ load, ...parts }) {
  const total = Object.values(parts).reduce((sum, ms) => sum + ms, 0);
  return { ...parts, total: rounded(total, 3), loadGenerator: load };
}
