import { verifyManifest } from '@zhijia/ballot';
import { makeCounty } from '../../tools/demonstration/county.mjs';
import { openClosedLoop, wrongGraphqlAnswer } from '../load/closed-loop.mjs';
import { percentile, rounded } from '../load/percentiles.mjs';
import { sealBallots } from '../load/seal-ballots.mjs';
import { openCasting, sealVotes } from '../parts/casting.mjs';
import { openCampaign } from '../parts/county.mjs';
import { makeKnown } from '../parts/known-county.mjs';
import { startProduct, until } from '../parts/product.mjs';
import { startServers } from '../parts/servers.mjs';

export const options = {
  /** All of them may take part. */
  members: 533_000,
  /** Counted in the campaign whose results are read. */
  ballots: 100_000,
  seconds: 8,
  /** Officers who look at the same time. */
  clients: 2,
  /** Who vote in another campaign meanwhile, and how many at a time. */
  voters: 6_000,
  voting: 4,
};

const limitMs = 100;
/** Pages that promise so much; whoever goes down to the cells may wait a little. */
const promised = ['results', 'participation'];
const warmSeconds = 4;
const countedWithinMs = 900_000;
const finished = ['PUBLISHED', 'NOT_VALID'];

const distribution = `{ gradeCounts dontKnow none answers passShare badShare }`;
const resultsPage = `query Results($id: ID!) { campaign(id: $id) { id titleZh state closedAt turnout { electorateSize tookPart share }
  results { isValid cast counted spoiled replaced turnout cellCount strata { name ballots }
    targets { target { position nameZh } isBelowLine total ${distribution} byStratum { stratum { name } distribution ${distribution} } } }
  board { url hash sizeBytes } } }`;
const cellsPage = `query Cells($id: ID!) { campaign(id: $id) { results { targets { target { position }
  byCell(first: 20) { edges { node { cell { name nameZh ballots } distribution { answers passShare } } }
    pageInfo { hasNextPage endCursor } } } } } }`;
const participationPage = `query Participation($id: ID!) { campaign(id: $id) { state turnout { electorateSize tookPart share }
  participationByOrganisation(first: 50) { edges { node { nameZh organisationCount electorateSize tookPart share } }
    pageInfo { hasNextPage endCursor } } } }`;
const closeMutation = `mutation ($input: CloseCampaignInput!) { closeCampaign(input: $input) { __typename } }`;

/** What an organiser looks at after and during a campaign of a city, alone and while members vote. */
export async function run(bench) {
  const { members, ballots, seconds, clients, voters, voting } = bench.options;
  const servers = await startServers(bench);
  const product = await startProduct(bench, servers);
  const county = await bench.progress.step(`County of ${members} members`, () => knownCounty(bench, product, members));
  const counted = await openCampaign(bench, product, county, { idempotencyKey: 'bench-counted' });
  await bench.progress.step(`${ballots} ballots and their result`, () =>
    countBallots(product, county, counted, ballots),
  );
  const running = await openCampaign(bench, product, county, { idempotencyKey: 'bench-running' });
  const votes = await bench.progress.step('Sealed ballots', () => sealVotes(product, running, voters));
  const casting = openCasting(bench, product, votes, voting);

  const authorization = `Bearer ${await product.token(county.secretary)}`;
  const pages = {
    results: openPage(bench, product, authorization, clients, { query: resultsPage, id: counted.id }),
    cells: openPage(bench, product, authorization, clients, { query: cellsPage, id: counted.id }),
    participation: openPage(bench, product, authorization, clients, { query: participationPage, id: running.id }),
  };
  const measured = {};
  for (const [page, loop] of Object.entries(pages)) {
    await loop.run(warmSeconds);
    measured[page] = { alone: latencies(await bench.progress.step(page, () => loop.run(seconds))) };
  }
  for (const [page, loop] of Object.entries(pages)) {
    const [read, cast] = await bench.progress.step(`${page}, while members vote`, () =>
      Promise.all([loop.run(seconds), casting.loop.run(seconds)]),
    );
    measured[page].whileVoting = { ...latencies(read), ballotsPerSecond: rounded(cast.perSecond, 1) };
  }
  const worst = Math.max(...promised.flatMap((page) => Object.values(measured[page]).map(({ p99Ms }) => p99Ms)));
  return {
    value: worst,
    unit: 'ms',
    limit: limitMs,
    ratio: rounded(worst / limitMs, 3),
    p99Ms: worst,
    notes: {
      target: `p99 of ${promised.join(' and ')} at most ${limitMs} ms, alone and while members vote`,
      limitIs: 'fixed',
      members,
      ballots,
      clients,
      votingClients: voting,
      measured,
      prepared: 'the county as its events leave it in evaluations; ballots and participations of the counted campaign',
      machine: bench.machine,
    },
  };
}

async function knownCounty(bench, product, members) {
  await import('reflect-metadata');
  const { createDataSource } = await import('@zhijia/database');
  const url = product.stack.databases.evaluations;
  const db = await createDataSource({
    url,
    applicationName: 'zhijia-bench',
    migrations: [],
    statementTimeoutMs: 600_000,
  }).initialize();
  try {
    const { rootId, departmentIds } = await makeKnown(db, makeCounty({ seed: 'bench', members }));
    return {
      root: { id: rootId },
      departmentIds,
      secretary: {
        audience: 'dashboard',
        subject: 'bench-secretary',
        roles: [{ role: 'secretary', organisationId: rootId }],
      },
    };
  } finally {
    await db.destroy();
  }
}

async function countBallots(product, county, campaign, count) {
  const { ballotServiceKeys } = await product.ask(county.secretary, `{ ballotServiceKeys }`);
  const [{ jws, hash }] = await product.rows(
    'evaluations',
    `SELECT manifest_jws AS jws, manifest_hash AS hash FROM campaign WHERE id = $1`,
    [campaign.id],
  );
  await sealBallots({
    databaseUrl: product.stack.databases.evaluations,
    campaignId: campaign.id,
    manifest: await verifyManifest(jws, JSON.parse(ballotServiceKeys), hash),
    manifestHash: hash,
    count,
  });
  await product.rows(
    'evaluations',
    `INSERT INTO participation (campaign_id, member_id, organisation_id)
     SELECT s.campaign_id, s.member_id, s.organisation_id
       FROM electorate_slot AS s JOIN ballot AS b ON b.campaign_id = s.campaign_id AND b.slot = s.slot
      WHERE s.campaign_id = $1`,
    [campaign.id],
  );
  await product.rows('evaluations', 'VACUUM ANALYZE');
  await product.ask(county.secretary, closeMutation, { input: { campaignId: campaign.id } });
  await until(
    'the campaign is counted',
    async () => {
      const { campaign: now } = await product.ask(
        county.secretary,
        `query ($id: ID!) { campaign(id: $id) { state } }`,
        { id: campaign.id },
      );
      return finished.includes(now.state) ? now : null;
    },
    { withinMs: countedWithinMs, everyMs: 500 },
  );
}

function openPage(bench, product, authorization, clients, { query, id }) {
  const url = new URL(product.stack.gateway.dashboard);
  const loop = openClosedLoop({
    origin: url.origin,
    clients,
    request: (client, count) => ({
      path: url.pathname,
      headers: { 'content-type': 'application/json', accept: 'application/json', authorization },
      // No two bodies are the same: whatever answers alike requests once must not flatter.
      body: JSON.stringify({ query, variables: { id }, extensions: { request: `${client}-${count}` } }),
    }),
    wrong: wrongGraphqlAnswer,
  });
  bench.undo(() => loop.close());
  return loop;
}

function latencies({ latenciesMs, perSecond }) {
  return {
    p50Ms: rounded(percentile(latenciesMs, 0.5)),
    p99Ms: rounded(percentile(latenciesMs, 0.99)),
    perSecond: rounded(perSecond, 1),
  };
}
