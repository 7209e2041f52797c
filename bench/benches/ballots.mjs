import { encodeBallot, verifyManifest } from '@zhijia/ballot';
import { openClosedLoop } from '../load/closed-loop.mjs';
import { percentile, rounded } from '../load/percentiles.mjs';
import { openBareVotes } from '../load/bare-votes.mjs';
import { randomBytes, sealerOf } from '../load/seal-with-openssl.mjs';
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

const castMutation = `mutation Cast($input: CastBallotInput!) {
  castBallot(input: $input) {
    __typename
    ... on BallotCast { receipt envelopeHash replacedHash isReplayed participation { id } }
    ... on Refusal { code messageZh messageEn }
  }
}`;

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

/** What each member's own client would send: paper by the graph, manifest by its address, envelope for the own slot. */
async function sealVotes(product, campaign) {
  const voters = await product.rows(
    'evaluations',
    `SELECT slot, member_id AS id, organisation_id AS "organisationId" FROM electorate_slot ORDER BY slot`,
  );
  const personOf = ({ id, organisationId }) => ({
    audience: 'mobile',
    subject: id,
    memberId: id,
    roles: [{ role: 'member', organisationId }],
  });
  const { ballotServiceKeys, campaign: asked } = await product.ask(
    personOf(voters[0]),
    `query ($id: ID!) { ballotServiceKeys campaign(id: $id) { ballotPaper { slot manifestHash manifestUrl } } }`,
    { id: campaign.id },
  );
  const { slot, manifestHash, manifestUrl } = asked.ballotPaper;
  if (slot !== voters[0].slot) throw new Error('The ballot paper names the slot of another member');
  const file = await fetch(new URL(manifestUrl, product.stack.gateway.mobile));
  const manifest = await verifyManifest(await file.text(), JSON.parse(ballotServiceKeys), manifestHash);
  const seal = sealerOf({ manifest, manifestHash });
  const votes = [];
  for (const voter of voters) {
    const answers = Uint8Array.from(randomBytes(manifest.targetIds.length), (byte) => 1 + (byte % 3));
    const codes = Uint8Array.from(randomBytes(manifest.targetIds.length * 8));
    const { envelope } = seal(voter.slot, encodeBallot(answers, codes));
    votes.push({
      authorization: `Bearer ${await product.token(personOf(voter))}`,
      body: JSON.stringify({
        operationName: 'Cast',
        query: castMutation,
        variables: { input: { campaignId: campaign.id, envelope, idempotencyKey: 'first' } },
      }),
    });
  }
  return votes;
}

function openCasting(bench, product, votes, clients) {
  const url = new URL(product.stack.gateway.mobile);
  let next = 0;
  const loop = openClosedLoop({
    origin: url.origin,
    clients,
    request: () => {
      const vote = votes[next];
      if (vote === undefined) throw new Error(`All ${votes.length} members have voted: take more with --members`);
      next += 1;
      const headers = {
        'content-type': 'application/json',
        accept: 'application/json',
        authorization: vote.authorization,
      };
      return { path: url.pathname, headers, body: vote.body };
    },
    wrong: ({ status, body }) =>
      status === 200 && body.includes('"__typename":"BallotCast"') ? null : `${status} ${body.subarray(0, 400)}`,
  });
  bench.undo(() => loop.close());
  return { loop, cast: () => next };
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
