import { membersCsv, organisationsCsv } from '../../tools/demonstration/county-csv.mjs';
import { makeCounty } from '../../tools/demonstration/county.mjs';
import { openClosedLoop, wrongGraphqlAnswer } from '../load/closed-loop.mjs';
import { percentile, rounded } from '../load/percentiles.mjs';
import { openCasting, sealVotes } from '../parts/casting.mjs';
import { importPieces, officesOf, openCampaign, untilKnown } from '../parts/county.mjs';
import { startProduct } from '../parts/product.mjs';
import { startServers } from '../parts/servers.mjs';
import { usedReads } from './growth/used-reads.mjs';

export const options = {
  small: 50_000,
  large: 500_000,
  /** For each read and size. */
  seconds: 4,
  clients: 4,
  ballots: 6_000,
};

/** What is measured first must not pay for what is compiled in it. */
const warmSeconds = { small: 8, large: 2 };
/** Members who ask; whom officers ask about are all of the sample. */
const askers = 64;
const knownWithinMs = 1_200_000;

/** The ten most used reads and a ballot, with the register small and ten times as large, on the same stack. */
export async function run(bench) {
  const { small, large } = bench.options;
  const servers = await startServers(bench);
  const product = await startProduct(bench, servers);
  const county = makeCounty({ seed: 'bench', members: large });
  await importPieces(bench, product, 'organisations', organisationsCsv(county));
  const lines = linesOf(membersCsv(county));
  const header = lines.next().value;
  const sizes = {};
  let known = 0;
  for (const [name, members] of Object.entries({ small, large })) {
    await bench.progress.step(`${members} members`, async () => {
      await importPieces(bench, product, 'members', taken(header, lines, members - known));
      await untilKnown(product, members, knownWithinMs);
      known = members;
    });
    for (const service of Object.keys(product.stack.databases)) await product.rows(service, 'VACUUM ANALYZE');
    sizes[name] = await measure(bench, product, name);
  }
  const reads = Object.fromEntries(
    Object.keys(sizes.small).map((read) => {
      const [before, after] = [sizes.small[read], sizes.large[read]];
      return [
        read,
        {
          p50Ms: [before.p50Ms, after.p50Ms],
          p99Ms: [before.p99Ms, after.p99Ms],
          ratio: rounded(after.p99Ms / before.p99Ms),
        },
      ];
    }),
  );
  const worst = Math.max(...Object.values(reads).map(({ ratio }) => ratio));
  return {
    value: worst,
    unit: 'x',
    limit: 1.3,
    ratio: rounded(worst / 1.3, 3),
    p99Ms: Math.max(...Object.values(sizes.large).map(({ p99Ms }) => p99Ms)),
    notes: {
      target: 'p99 of each at most 1.3 times',
      limitIs: 'fixed',
      members: [small, large],
      clients: bench.options.clients,
      reads,
      machine: bench.machine,
    },
  };
}

async function measure(bench, product, name) {
  const { clients, seconds, ballots } = bench.options;
  const county = await officesOf(product);
  const campaign = await openCampaign(bench, product, county, { idempotencyKey: `bench-${name}` });
  const members = await product.rows(
    'members',
    // By their blind index: as good as drawn by lot.
    `SELECT id, organisation_id AS "organisationId" FROM member
      WHERE verification <> 'NONE' ORDER BY id_number_index LIMIT 2000`,
  );
  const measured = {};
  const step = async (read, loop) => {
    await loop.run(warmSeconds[name]);
    const { latenciesMs } = await bench.progress.step(
      `${read}, ${name}`,
      () => loop.run(seconds),
      ({ perSecond }) => `${Math.round(perSecond)}/s`,
    );
    measured[read] = {
      p50Ms: rounded(percentile(latenciesMs, 0.5)),
      p99Ms: rounded(percentile(latenciesMs, 0.99)),
    };
  };
  for (const read of usedReads({ county, campaign, members })) {
    const loop = await openRead(product, read, members, clients);
    await step(read.name, loop);
    await loop.close();
  }
  const votes = await sealVotes(product, campaign, ballots);
  await step('a ballot', openCasting(bench, product, votes, clients).loop);
  return measured;
}

/** Each request is of another member, or about another one. */
async function openRead(product, { audience, query, variablesOf, personOf }, members, clients) {
  const url = new URL(product.stack.gateway[audience]);
  const tokens = await Promise.all(members.slice(0, askers).map((member) => product.token(personOf(member))));
  return openClosedLoop({
    origin: url.origin,
    clients,
    request: (client, count) => {
      const place = client + count * clients;
      return {
        path: url.pathname,
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          authorization: `Bearer ${tokens[place % tokens.length]}`,
        },
        body: JSON.stringify({ query, variables: variablesOf(members[place % members.length]) }),
      };
    },
    wrong: wrongGraphqlAnswer,
  });
}

function* linesOf(pieces) {
  for (const piece of pieces) {
    for (const line of piece.split('\n')) if (line !== '') yield line;
  }
}

function* taken(header, lines, count) {
  yield `${header}\n`;
  for (let number = 0; number < count; number += 1) {
    const { value, done } = lines.next();
    if (done) return;
    yield `${value}\n`;
  }
}
