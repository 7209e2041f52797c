import { percentile, rounded } from '../load/percentiles.mjs';
import { openBareVotes } from '../load/bare-votes.mjs';
import { openCasting, sealVotes } from '../parts/casting.mjs';
import { importCounty, openCampaign } from '../parts/county.mjs';
import { cpuMsPerRequest, cpuSecondsOf } from '../parts/process-costs.mjs';
import { startProduct } from '../parts/product.mjs';
import { startServers } from '../parts/servers.mjs';

export const options = {
  /** Measured, for each side. */
  seconds: 12,
  /** Before anything is measured, for each side. */
  warmup: 4,
  rounds: 3,
  clients: 64,
  /** Each votes once: enough of them for warm-up and measurement. */
  members: 16_000,
};

/** First ballots through the gateway, each of another member, beside the least transaction that could keep a vote. */
export async function run(bench) {
  const { seconds, warmup, rounds, clients, members } = bench.options;
  const servers = await startServers(bench);
  const product = await startProduct(bench, servers);
  const county = await importCounty(bench, product, members);
  const campaign = await openCampaign(bench, product, county);
  const votes = await bench.progress.step(
    'Sealed ballots',
    () => sealVotes(product, campaign),
    (made) => `${made.length}`,
  );
  const ours = openCasting(bench, product, votes, clients);
  const bare = await openBareVotes(product.stack.databases.evaluations, clients);
  bench.undo(() => bare.close());

  const sides = [
    { name: 'ballots', loop: ours.loop, runs: [], pids: { ...product.pids(), postgres: servers.postgres.pid } },
    { name: 'bare votes', loop: bare, runs: [], pids: { postgres: servers.postgres.pid } },
  ];
  for (const { name, loop } of sides) await bench.progress.step(`Warm-up of ${name}`, () => loop.run(warmup));
  for (let round = 1; round <= rounds; round += 1) {
    for (const side of sides) {
      const before = usedSoFar(side);
      const result = await bench.progress.step(
        `${side.name}, round ${round} of ${rounds}`,
        () => side.loop.run(seconds / rounds),
        ({ perSecond }) => `${Math.round(perSecond)}/s`,
      );
      side.runs.push({ ...result, before, after: usedSoFar(side) });
    }
  }
  await checkKept(product, campaign, ours.cast());

  const [ballots, limit] = sides.map(({ runs }) => summed(runs));
  return {
    value: rounded(ballots.perSecond, 1),
    unit: 'ballots/s',
    limit: rounded(limit.perSecond, 1),
    ratio: rounded(ballots.perSecond / limit.perSecond, 3),
    p50Ms: rounded(percentile(ballots.latenciesMs, 0.5)),
    p99Ms: rounded(percentile(ballots.latenciesMs, 0.99)),
    notes: {
      target: 'ratio >= 0.3',
      limitIs: 'BEGIN, one upsert of the envelope, one outbox row, COMMIT: prepared, as many connections, same server',
      clients,
      members,
      measuredSeconds: seconds,
      ratioByRound: sides[0].runs.map((each, round) => rounded(each.perSecond / sides[1].runs[round].perSecond, 3)),
      cpuMsPerBallot: ballots.cpu,
      limitCpuMsPerVote: limit.cpu,
      limitP99Ms: rounded(percentile(limit.latenciesMs, 0.99)),
      meanwhile: 'relay and consumers of the ballots run on the same cores',
      machine: bench.machine,
    },
  };
}

/** Every ballot that was sent is there, and each member took part once. */
async function checkKept(product, campaign, cast) {
  const [kept] = await product.rows(
    'evaluations',
    `SELECT (SELECT count(*) FROM ballot WHERE campaign_id = $1)::int AS ballots,
            (SELECT count(*) FROM participation WHERE campaign_id = $1)::int AS participations,
            (SELECT count(*) FROM outbox WHERE type LIKE 'evaluations.ballot-cast%')::int AS events`,
    [campaign.id],
  );
  const wrong = Object.entries(kept).filter(([, count]) => count !== cast);
  if (wrong.length > 0) throw new Error(`${cast} ballots were cast, kept are ${JSON.stringify(kept)}`);
}

function usedSoFar({ pids }) {
  const { user, system } = process.cpuUsage();
  return { ...cpuSecondsOf(pids), load: (user + system) / 1e6 };
}

function summed(runs) {
  const requests = runs.reduce((sum, each) => sum + each.requests, 0);
  const seconds = runs.reduce((sum, each) => sum + each.seconds, 0);
  const total = (side) =>
    Object.fromEntries(
      Object.keys(runs[0].after).map((name) => [name, runs.reduce((sum, each) => sum + each[side][name], 0)]),
    );
  return {
    perSecond: requests / seconds,
    latenciesMs: runs.flatMap(({ latenciesMs }) => latenciesMs),
    cpu: cpuMsPerRequest(total('before'), total('after'), requests),
  };
}
