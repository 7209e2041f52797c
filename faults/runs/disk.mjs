import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { until } from '../../bench/parts/product.mjs';
import { root } from '../../deploy/local/src/paths.mjs';
import { membersCsv } from '../../tools/demonstration/county-csv.mjs';
import { judgeBooks } from '../parts/election.mjs';
import { strangers } from '../parts/known-numbers.mjs';
import { openPhones } from '../parts/phones.mjs';
import { canMount, mountSmallDisk } from '../parts/small-disk.mjs';
import { openVerdict } from '../parts/verdict.mjs';
import { judgePages } from '../parts/whole-pages.mjs';

export const options = { megabytes: 800, clients: 8, fullSeconds: 20, lines: 20_000, leaveMegabytes: 24 };

export const controls = {
  'untyped-refusal': 'timebank takes every failure of the database for its own',
  'skipped-lines': 'the import believes that 50 lines more have landed than did',
};

/** None where nobody may mount: a disk of its own is what the run is about. */
export const short = canMount()
  ? [
      { clients: 4, fullSeconds: 4, lines: 5_000, leaveMegabytes: 4 },
      { break: 'skipped-lines', lines: 5_000, leaveMegabytes: 4 },
    ]
  : [];

const memberCount = 600;

/** The control of the short forms goes on where the run before it ended. */
let placed = null;

async function placeOnSmallDisk(fault) {
  let disk = null;
  const scene = await fault.ownScene({
    members: memberCount,
    prepare: (directory, undo) => {
      disk = mountSmallDisk(directory, fault.options.megabytes, undo);
    },
  });
  return { scene, disk };
}

/**
 * Everything of one machine lies on one disk, as with `npm start`, and somebody else's file fills it: while hours are
 * posted, with PostgreSQL's log forced to its next file, and again while members are imported.
 */
export async function run(fault) {
  const { clients, fullSeconds } = fault.options;
  const { scene, disk } = await (placed ??= placeOnSmallDisk(fault));
  const { servers, product } = scene;
  const verdict = openVerdict();
  const phones = openPhones(product, verdict);
  for (const server of [servers.postgres, servers.kafka]) server.insist();
  if (fault.control === 'untyped-refusal') await scene.break('timebank', 'no-passing-faults.mjs');

  const posting =
    fault.control === 'skipped-lines'
      ? { visits: [], recoveredMs: null }
      : await fault.progress.step(`The disk is full for ${fullSeconds} s while hours are posted`, () =>
          postOverAFullDisk({ fault, scene, phones, disk, clients, fullSeconds, verdict }),
        );
  const imported = await fault.progress.step('The disk is full while members are imported', () =>
    importOverAFullDisk({ fault, scene, disk, verdict }),
  );
  await fault.progress.step('Everything is told', () =>
    untilTold(product, fault.control === null ? 120_000 : 10_000, verdict),
  );
  await judgeVisits(product, posting.visits, verdict);
  await judgeMembers(product, imported.numbers, verdict);
  await judgeBooks(fault, scene, verdict);
  await judgePages(scene, verdict);
  return {
    operations: phones.figures.operations + 1,
    acknowledged: phones.figures.acknowledged + (imported.state === 'FINISHED' ? 1 : 0),
    ...verdict.counts(),
    notes: {
      ...phones.notes(),
      recoveredMs: posting.recoveredMs,
      importStopped: imported.stopped,
      crashes: crashesIn(scene.directory),
      ...verdict.notes(),
    },
  };
}

const postVisit = `mutation PostVisit($input: PostVisitInput!) {
  postVisit(input: $input) { __typename ... on VisitPosted { visit { id } } ... on Refusal { code } }
}`;

async function postOverAFullDisk({ fault, scene, phones, disk, clients, fullSeconds, verdict }) {
  const { product, county, servers } = scene;
  const members = await product.rows('members', 'SELECT id FROM member ORDER BY id');
  const random = fault.random('visits');
  const visits = [];
  const acknowledgedAt = [];
  let isOver = false;
  const client = async () => {
    while (!isOver) {
      const began = Date.now() - random.between(90, 9_000) * 60_000;
      const answer = await phones.change(county.secretary, postVisit, {
        idempotencyKey: `${fault.label}-${random.hex(16)}`,
        depositorMemberId: random.pick(members).id,
        kind: 'COMPANIONSHIP',
        startedAt: new Date(began).toISOString(),
        endedAt: new Date(began + random.between(10, 80) * 60_000).toISOString(),
      });
      acknowledgedAt.push(performance.now());
      if (answer?.__typename === 'VisitPosted') visits.push(answer.visit.id);
    }
  };
  const posting = Promise.all(Array.from({ length: clients }, client));
  await until('the first visits', async () => visits.length >= clients * 10 || null);

  disk.fill(0);
  await fillLog(servers, disk);
  await sleep(fullSeconds * 1_000);
  const refusedMeanwhile = Object.values(phones.figures.refusals).reduce((sum, count) => sum + count, 0);
  disk.free();
  const freedAt = performance.now();
  const before = visits.length;
  await until('visits after the disk has space again', async () => visits.length >= before + clients * 10 || null, {
    withinMs: 180_000,
  });
  isOver = true;
  await posting;
  if (refusedMeanwhile === 0) verdict.wrong('nothing was refused: the disk was not full');
  return { visits, recoveredMs: Math.round(acknowledgedAt.find((at) => at > freedAt) - freedAt) };
}

/** Uses up the files that PostgreSQL keeps for its log, until it needs one that the disk does not hold. */
async function fillLog({ postgres }, disk) {
  for (let file = 0; file < 50; file += 1) {
    disk.fill(0);
    const admin = new pg.Client({ connectionString: postgres.adminUrl, connectionTimeoutMillis: 2_000 });
    admin.on('error', () => {});
    try {
      await admin.connect();
      await admin.query(`SELECT pg_logical_emit_message(false, 'zhijia', 'x'), pg_switch_wal()`);
    } catch {
      return;
    } finally {
      await admin.end().catch(() => {});
    }
  }
}

async function importOverAFullDisk({ fault, scene, disk, verdict }) {
  const { product, servers } = scene;
  const { lines, leaveMegabytes } = fault.options;
  const [{ code }] = await product.rows(
    'members',
    `SELECT code FROM organisation WHERE kind = 'BASE_UNION' ORDER BY code LIMIT 1`,
  );
  const from = fault.control === null ? 0 : 1_000_000;
  const people = strangers(lines, from).map((one, place) => ({
    ...one,
    fullName: '测试甲',
    organisationCode: code,
    joinedOn: '2020-01-31',
    memberNumber: numberOf(from + place),
    strata: [],
  }));
  const file = join(fault.directory, 'people.csv');
  writeFileSync(file, [...membersCsv({ members: () => people })].join(''));
  const command = () => importByCommand(file, product.stack.environmentOf('members'));

  // As little log as a fresh server has: what the import writes has to fit the disk.
  await asAdmin(servers, 'CHECKPOINT');
  disk.fill(leaveMegabytes);
  const stopped = await command();
  if (stopped.code === 0) verdict.wrong('the import met no full disk');
  if (stopped.code !== 0 && !/\(\w+\)\. Start it again|BROKEN_OFF/.test(stopped.told)) {
    verdict.wrong('the import does not say why it stopped', stopped.told.slice(-300));
  }
  disk.free();
  await until('the database', () => product.rows('members', 'SELECT 1').catch(() => null), { withinMs: 120_000 });
  if (fault.control === 'skipped-lines') {
    await product.rows('members', `UPDATE import_run SET last_line = last_line + 50 WHERE state <> 'FINISHED'`);
  }
  const finished = await command();
  const state = /"state": "(\w+)"/.exec(finished.told)?.[1] ?? 'none';
  if (finished.code !== 0 || state !== 'FINISHED') {
    verdict.wrong('the import does not go on', finished.told.slice(-300));
  }
  const numbers = people.map(({ memberNumber }) => memberNumber);
  return { numbers, state, stopped: { exitCode: stopped.code, said: stopped.told.trim().split('\n').at(-1) } };
}

function numberOf(place) {
  return `FD${String(place).padStart(7, '0')}`;
}

function importByCommand(file, env) {
  return new Promise((resolve) => {
    const args = [join(root, 'tools', 'import.mjs'), 'members', file, '--report', `${file}.errors.csv`];
    execFile(process.execPath, args, { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, told: `${stdout}${stderr}` }),
    );
  });
}

async function asAdmin({ postgres }, text) {
  const admin = new pg.Client({ connectionString: postgres.adminUrl });
  await admin.connect();
  await admin.query(text);
  await admin.end();
}

/** Every event has left its outbox, and every service knows every member. */
async function untilTold(product, withinMs, verdict) {
  const [{ members }] = await product.rows('members', 'SELECT count(*)::int AS members FROM member');
  const asked = [
    ...['members', 'timebank'].map((service) => [
      service,
      'SELECT count(*)::int = 0 AS done FROM outbox WHERE published_at IS NULL',
    ]),
    ...['timebank', 'evaluations', 'benefits'].map((service) => [
      service,
      `SELECT count(*)::int >= ${members} AS done FROM known_member`,
    ]),
  ];
  for (const [service, sql] of asked) {
    const isDone = await until(
      `${service} at its end`,
      async () => ((await product.rows(service, sql).catch(() => [{ done: false }]))[0].done ? true : null),
      { withinMs },
    ).catch(() => false);
    if (!isDone) verdict.lost(`not everything was told: ${service}`, sql);
  }
}

async function judgeVisits(product, told, verdict) {
  if (told.length === 0) return;
  const rows = await product.rows('timebank', 'SELECT id FROM visit');
  verdict.compareOnce(
    'visit',
    told,
    rows.map(({ id }) => id),
  );
}

async function judgeMembers(product, numbers, verdict) {
  const rows = await product.rows(
    'members',
    `SELECT id, member_number AS number FROM member WHERE member_number = ANY($1)`,
    [numbers],
  );
  verdict.compareOnce(
    'member',
    numbers,
    rows.map(({ number }) => number),
  );
  const events = await product.rows(
    'members',
    `SELECT aggregate_id AS id FROM outbox WHERE type = 'members.member-registered.v1' AND aggregate_id = ANY($1)`,
    [rows.map(({ id }) => id)],
  );
  verdict.compareOnce(
    'event of a member',
    rows.map(({ id }) => id),
    events.map(({ id }) => id),
  );
}

function crashesIn(directory) {
  const log = readFileSync(join(directory, 'postgres.log'), 'utf8');
  return { panics: log.split('PANIC').length - 1, starts: log.split('ready to accept connections').length - 1 };
}
