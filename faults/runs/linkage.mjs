import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { until } from '../../bench/parts/product.mjs';
import { eachOf } from '../../tools/demonstration/each-of.mjs';
import { ballotSecretsOf, openWith, searchForSecrets } from '../parts/ballot-secrets.mjs';
import { backUp, recover } from '../parts/base-backup.mjs';
import { openElection } from '../parts/election.mjs';
import { learnFrom, matchOrder, mostDeviations, mostTimesChance } from '../parts/link-attacks.mjs';
import { openPhones } from '../parts/phones.mjs';
import { placesOf } from '../parts/places.mjs';
import { readTopic } from '../parts/read-topic.mjs';
import { copyCampaign } from '../parts/twin-campaign.mjs';
import { openVerdict } from '../parts/verdict.mjs';
import { keep, readFacts, usableFacts } from '../parts/voter-facts.mjs';

export const options = { members: 1_150, voters: 1_000, clients: 8 };

export const controls = {
  'board-in-order': 'the tally lists ballots on the board in the order in which they lie in their table',
  'plain-grade': 'somebody keeps the grade of one target beside the slot, to look into an error',
  'stolen-key': "the wrapping key was copied out of the tally's directory while voting ran",
};

const sharedMembers = 600;

export const short = [
  { members: sharedMembers, voters: 200 },
  { break: 'board-in-order', members: sharedMembers, voters: 60 },
  { break: 'plain-grade', members: sharedMembers, voters: 120 },
  { break: 'stolen-key', members: sharedMembers, voters: 40 },
];

const broken = new URL('../breaks/board-in-order-of-casting.mjs', import.meta.url).href;

/**
 * Somebody who has everything except the tally's wrapping key: the databases as they are in the end, as they were just
 * before the closing (from a backup made while voting ran, and the log), every file, Kafka's messages and all logs. They
 * know who is who, and every second voter is their accomplice.
 */
export async function run(fault) {
  const { members, voters: voterCount, clients } = fault.options;
  const scene = members === sharedMembers ? await fault.scene() : await fault.ownScene({ members });
  const { product, servers, county } = scene;
  const verdict = openVerdict();
  const phones = openPhones(product, verdict);
  const places = placesOf(scene);
  await places.keepWal();
  const startLsn = await lsnOf(servers);
  const election = await openElection(fault, scene);
  const secrets = await ballotSecretsOf(product, election);
  const [isWhole, isInOrder] = [fault.control === null, fault.control === 'board-in-order'];
  const twin =
    isWhole || isInOrder
      ? await fault.progress.step('A copy of the campaign', () => copyCampaign(fault, scene, election.id))
      : null;
  if (isInOrder) {
    await scene.break('evaluations', 'tally-in-order-of-casting.mjs');
    fault.undo(() => scene.mend('evaluations'));
  }

  const voters = election.voters.slice(0, voterCount);
  const half = Math.ceil(voters.length / 2);
  const vote = (some) => eachOf(some, clients, (voter) => election.cast(phones, verdict, voter));
  const backup = join(scene.directory, `backup-${fault.label}`);
  const { cluster } = await fault.progress.step(`${voterCount} ballots, and a backup meanwhile`, async () => {
    await vote(voters.slice(0, half));
    const made = await backUp(servers.postgres.adminUrl, backup, () => vote(voters.slice(half)));
    // Some think again.
    await vote(voters.filter((_, place) => place % 10 === 0));
    return made;
  });
  if (fault.control === 'plain-grade') await keepPlainGrade(product, voters);
  const sealed = { lsn: await lsnOf(servers), keys: await wrappedKeyOf(product, election) };
  const board = await fault.progress.step('The result', () => closeAndRead(product, county, election));

  const held = await fault.progress.step('What somebody holds', async () => {
    const then = await recover(fault, { directory: backup, cluster, lsn: sealed.lsn });
    const facts = await gatherFacts({ scene, election, voters, then, startLsn });
    return { facts: usableFacts(facts), envelopes: await envelopesOf(then, product, election, voters) };
  });
  const attacked = await fault.progress.step('Attacks', async () => linkVoters(voters, held, board, verdict));

  const search = searchForSecrets(
    secrets,
    voters.flatMap(({ told }) => told),
  );
  const searched = isWhole
    ? await fault.progress.step('Search for keys and whole ballots', () => findSecrets(places, backup, search, verdict))
    : {};
  findVotersInLogs(product, voters, verdict);
  if (existsSync(join(product.stack.secrets.ballotKeyDir, `${election.id}.key`)))
    verdict.wrong('the key was not destroyed');
  const keyHeld = fault.control === 'stolen-key' ? secrets.wrappingKey : randomBytes(32);
  const opened = await openWith(keyHeld, { ...sealed.keys, manifest: election.manifest }, held.envelopes).catch(
    () => 0,
  );
  for (let each = 0; each < opened; each += 1) verdict.wrong('an envelope was opened');

  const order =
    twin === null
      ? {}
      : await fault.progress.step('The same ballots in another order', () =>
          compareTwin({ fault, twin, voters, board, verdict }),
        );
  return {
    ...phones.figures,
    ...verdict.counts(),
    notes: {
      voters: voters.length,
      cells: board.cells.length,
      targets: election.targetIds.length,
      envelopesHeld: held.envelopes.length,
      opened,
      ...attacked,
      searched,
      ...order,
      ...verdict.notes(),
    },
  };
}

async function asAdmin({ postgres }, text, values) {
  const admin = new pg.Client({ connectionString: postgres.adminUrl });
  await admin.connect();
  try {
    return (await admin.query(text, values)).rows;
  } finally {
    await admin.end();
  }
}

async function lsnOf(servers) {
  const [{ lsn }] = await asAdmin(servers, 'SELECT pg_current_wal_flush_lsn()::text AS lsn');
  return lsn;
}

async function wrappedKeyOf(product, { id }) {
  const [keys] = await product.rows(
    'evaluations',
    `SELECT k.wrapped_key AS wrapped, c.manifest_hash AS "manifestHash" FROM campaign_key AS k
       JOIN campaign AS c ON c.id = k.campaign_id WHERE c.id = $1`,
    [id],
  );
  return keys;
}

/** A table that nobody meant to stay. */
async function keepPlainGrade(product, voters) {
  await product.rows('evaluations', 'CREATE TABLE IF NOT EXISTS look_into (slot uuid, answered text)');
  await product.rows('evaluations', 'INSERT INTO look_into SELECT * FROM unnest($1::uuid[], $2::text[])', [
    voters.map(({ slot }) => slot),
    voters.map(({ told }) => `answer ${told.at(-1).grades[0]}`),
  ]);
}

const closeCampaign = `mutation ($id: ID!) {
  closeCampaign(input: { campaignId: $id }) { __typename ... on Refusal { code } }
}`;

/** Closes, waits until the links are gone, and reads the board: `{ cells, lists[target][cell], hash, closingJws }`. */
async function closeAndRead(product, county, { id, targetIds }) {
  await product.ask(county.secretary, closeCampaign, { id });
  const [{ jws, hash }] = await until(
    'the end of the campaign',
    async () => {
      const ended = await product.rows(
        'evaluations',
        `SELECT c.closing_digest_jws AS jws, r.board_hash AS hash FROM campaign AS c
           JOIN campaign_result AS r ON r.campaign_id = c.id WHERE c.id = $1 AND c.linkage_dropped_at IS NOT NULL`,
        [id],
      );
      return ended.length === 0 ? null : ended;
    },
    { withinMs: 120_000 },
  );
  const answer = await fetch(new URL(`/boards/${id}.ndjson`, product.stack.gateway.mobile));
  const lines = (await answer.text())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const cells = lines.filter(({ kind }) => kind === 'cell');
  const lists = targetIds.map(() => cells.map(() => []));
  for (const { kind, target, cell, ratings, answers } of lines) {
    if (kind !== 'ratings') continue;
    const grades = answers === undefined ? ratings.map((rating) => Number(rating.at(-1))) : [...answers].map(Number);
    lists[targetIds.indexOf(target)][cells.findIndex((one) => one.cell === cell)].push(...grades);
  }
  return { cells, lists, hash, closingJws: jws };
}

/** All that rows, messages and the log say of each voter. */
async function gatherFacts({ scene, election, voters, then, startLsn }) {
  const { product, servers } = scene;
  const voterById = new Map();
  voters.forEach(({ memberId, slot, told }, voter) => {
    const ids = [
      memberId,
      slot,
      ...told.flatMap(({ envelopeHash, participationId }) => [envelopeHash, participationId]),
    ];
    for (const id of ids) voterById.set(id, voter);
  });
  const facts = new Map();
  const { evaluations, benefits } = product.stack.databases;
  await readFacts(evaluations, 'evaluations', voterById, voters.length, facts);
  await readFacts(benefits, 'benefits', voterById, voters.length, facts);
  const before = new URL(then.adminUrl);
  before.pathname = new URL(evaluations).pathname;
  await readFacts(before.toString(), 'evaluations before the closing,', voterById, voters.length, facts);

  for (const message of await readTopic(product.stack.kafka, 'evaluations.participation')) {
    const voter = voterById.get(message.payload.participationId ?? '');
    if (voter === undefined || message.payload.campaignId !== election.id) continue;
    for (const name of ['partition', 'offset', 'timestamp', 'size']) {
      keep(facts, voters.length, `message: ${name}`, voter, message[name]);
    }
  }
  const voterByTransaction = new Map(
    (facts.get('evaluations participation: transaction') ?? []).map((transaction, voter) => [
      String(transaction),
      voter,
    ]),
  );
  await asAdmin(servers, 'CREATE EXTENSION IF NOT EXISTS pg_walinspect');
  const transactions = await asAdmin(
    servers,
    `SELECT xid::text, min(start_lsn)::pg_lsn - '0/0'::pg_lsn AS place, sum(record_length) AS bytes,
            sum(fpi_length) AS images, count(*) AS records
       FROM pg_get_wal_records_info($1, pg_current_wal_flush_lsn()) GROUP BY xid`,
    [startLsn],
  );
  for (const { xid, ...sizes } of transactions) {
    const voter = voterByTransaction.get(xid);
    if (voter === undefined) continue;
    for (const [name, value] of Object.entries(sizes)) keep(facts, voters.length, `WAL: ${name}`, voter, Number(value));
  }
  return facts;
}

/** Who cast which sealed envelope stands in the log: what secrecy rests on is that it opens for nobody. */
async function envelopesOf(then, product, election, voters) {
  const url = new URL(then.adminUrl);
  url.pathname = new URL(product.stack.databases.evaluations).pathname;
  const client = new pg.Client({ connectionString: url.toString() });
  await client.connect();
  const { rows } = await client.query(
    'SELECT slot, envelope FROM ballot WHERE campaign_id = $1 AND envelope IS NOT NULL',
    [election.id],
  );
  await client.end();
  const voterBySlot = new Map(voters.map((voter) => [voter.slot, voter]));
  return rows.map(({ slot, envelope }) => ({ slot, envelope, grades: voterBySlot.get(slot).told.at(-1).grades }));
}

function linkVoters(voters, { facts, envelopes }, { cells, lists }, verdict) {
  if (envelopes.length !== voters.length)
    verdict.wrong('the recovered database is not that of the voting', envelopes.length);
  const cellOf = new Map(cells.flatMap(({ organisationIds }, cell) => organisationIds.map((id) => [id, cell])));
  const told = voters.map(({ organisationId, told: ballots }) => ({
    cell: cellOf.get(organisationId),
    grades: ballots.at(-1).grades,
  }));
  const best = { order: { timesChance: 0 }, fact: { timesChance: 0 } };
  for (const { name, values, isOrder } of facts) {
    const tries = {
      fact: learnFrom(told, values, lists),
      ...(isOrder ? { order: matchOrder(told, values, lists) } : {}),
    };
    for (const [kind, { timesChance, deviations }] of Object.entries(tries)) {
      if (timesChance > best[kind].timesChance) {
        best[kind] = { of: name, timesChance: round(timesChance), deviations: round(deviations) };
      }
      if (timesChance > mostTimesChance || deviations > mostDeviations) {
        verdict.wrong(`the ${kind} of a voter tells grades`, `${name}: ${round(timesChance)} times chance`);
      }
    }
  }
  return { facts: facts.length, best };
}

function round(value) {
  return Math.round(value * 1_000) / 1_000;
}

async function findSecrets(places, backup, search, verdict) {
  const { finds, ...searched } = await places.search(search, [], [['backup', backup]]);
  for (const { place, what } of finds) verdict.wrong(`${what} in ${place}`);
  return searched;
}

/** Logs come with times: in them nobody is named who voted, and no envelope. */
function findVotersInLogs(product, voters, verdict) {
  for (const name of ['gateway', 'evaluations', 'benefits', 'members', 'timebank']) {
    const log = readFileSync(product.stack.logOf(name), 'utf8');
    for (const { slot, told, memberId } of voters) {
      const ids = [slot, memberId, ...told.map(({ envelopeHash }) => envelopeHash)];
      if (ids.some((id) => log.includes(id))) verdict.wrong(`a voter in the log of ${name}`);
    }
  }
}

/** Others first and last; of one voter's ballots the last stays the last. */
async function compareTwin({ fault, twin, voters, board, verdict }) {
  const another = fault.random('another order').shuffle(voters);
  await twin.castAll(another.flatMap(({ memberId, told }) => told.map(({ input }) => ({ memberId, input }))));
  const isBroken = fault.control === 'board-in-order';
  const { hasSameDigest, boardHash } = await twin.tally(board.closingJws, isBroken ? ['--import', broken] : []);
  if (!hasSameDigest) verdict.wrong('the closing digest depends on the order of casting');
  if (boardHash !== board.hash) verdict.wrong('the board depends on the order of casting');
  return { boardHashes: [board.hash, boardHash].map((hash) => hash?.slice(0, 12)) };
}
