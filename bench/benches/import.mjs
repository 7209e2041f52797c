import { createWriteStream, statSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { spawnLeashed } from '../../deploy/local/src/leash.mjs';
import { membersCsv, organisationsCsv } from '../../tools/demonstration/county-csv.mjs';
import { makeCounty } from '../../tools/demonstration/county.mjs';
import { rounded } from '../load/percentiles.mjs';
import { cpuSecondsOf } from '../parts/process-costs.mjs';
import { startDatabase } from '../parts/servers.mjs';
import { watchProcess } from '../parts/watch-process.mjs';

export const options = {
  members: 533_000,
  /** Of an import that is killed halfway and started again. */
  killed: 40_000,
};

const program = join(import.meta.dirname, '..', 'load', 'import-process.mjs');

/** Members with encrypted fields, blind indexes, history and events from a CSV file, beside a bare COPY of the same rows. */
export async function run(bench) {
  const { members, killed } = bench.options;
  const postgres = await startDatabase(bench);
  const files = await bench.progress.step(`Files of ${members} members`, () => writeFiles(bench, 'county', members));
  const database = await openDatabase(bench, postgres, 'bench_import');
  await importOrganisations(database, files);

  const before = cpuSecondsOf({ postgres: postgres.pid });
  const imported = await bench.progress.step(
    'Import',
    () => runImport(database, 'members', files.members),
    ({ seconds }) => `${Math.round(members / seconds)} members/s`,
  );
  const after = cpuSecondsOf({ postgres: postgres.pid });
  const copied = await bench.progress.step('COPY', () => copyBare(database, files.members));
  await checkWhole(database, members);
  const resumed = await bench.progress.step('Killed halfway and resumed', () => killAndResume(bench, postgres, killed));

  const perSecond = members / imported.seconds;
  return {
    value: rounded(imported.seconds, 1),
    unit: 's',
    limit: rounded(copied.seconds, 2),
    ratio: rounded(copied.seconds / imported.seconds, 3),
    notes: {
      target: '<= 60 s for 533,000 members, ratio >= 0.05, flat memory',
      limitIs: 'COPY of the same rows (members, history, events; sealed as they stand) into tables without index',
      members,
      membersPerSecond: Math.round(perSecond),
      fileMb: rounded(statSync(files.members).size / 2 ** 20, 1),
      copiedMb: rounded(copied.bytes / 2 ** 20, 1),
      copyOfTheFileAloneSeconds: rounded(copied.ofFile, 2),
      residentMbByTenth: imported.residentMbByTenth,
      mostResidentMb: imported.mostMb,
      cpuSeconds: { import: imported.cpuSeconds, postgres: rounded(after.postgres - before.postgres, 1) },
      killedHalfway: resumed,
      machine: bench.machine,
    },
  };
}

async function writeFiles(bench, name, members) {
  const county = makeCounty({ seed: 'bench', members });
  const files = {};
  for (const [kind, pieces] of [
    ['organisations', organisationsCsv(county)],
    ['members', membersCsv(county)],
  ]) {
    files[kind] = join(bench.directory, `${name}-${kind}.csv`);
    await pipeline(Readable.from(pieces), createWriteStream(files[kind]));
  }
  return files;
}

/** A database of members alone, with keys of its own. */
async function openDatabase(bench, postgres, name) {
  const admin = new pg.Client({ connectionString: postgres.adminUrl });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  const keyring = (of) => {
    const file = join(bench.directory, `${name}-${of}.json`);
    writeFileSync(file, JSON.stringify({ current: 1, keys: { 1: randomBytes(32).toString('base64') } }), {
      mode: 0o600,
    });
    return file;
  };
  const url = postgres.adminUrl.replace(/[^/]*$/, name);
  const environment = {
    PATH: process.env.PATH,
    DATABASE_URL: url,
    PII_KEYRING_FILE: keyring('fields'),
    PII_INDEX_KEY_FILE: keyring('index'),
  };
  return { url, environment, logFile: join(bench.directory, `${name}.log`) };
}

function startImport({ environment }, kind, file) {
  return spawnLeashed(process.execPath, [program, kind, file], {
    plan: 'TERM:10',
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function importOrganisations(database, files) {
  const { state, refused } = await runImport(database, 'organisations', files.organisations);
  if (state !== 'FINISHED' || refused > 0) throw new Error('The organisations were not imported');
}

async function runImport(database, kind, file) {
  const leashed = startImport(database, kind, file);
  const watch = watchProcess(leashed.pid);
  const sizes = [];
  let last = null;
  for await (const line of createInterface({ input: leashed.child.stdout })) {
    last = JSON.parse(line);
    if (last.residentMb !== undefined) sizes.push(last.residentMb);
  }
  await leashed.exited;
  if (last?.state !== 'FINISHED' || last.refused > 0) throw new Error(`Not imported: ${JSON.stringify(last)}`);
  const tenths = Array.from({ length: 10 }, (_, tenth) => sizes[Math.floor(((tenth + 1) * sizes.length) / 10) - 1]);
  return { ...last, ...watch.end(), residentMbByTenth: tenths.filter((size) => size !== undefined) };
}

/**
 * COPY of all rows that the import wrote, as they stand, into tables without index; and of the file it read. The server
 * reads the files itself: nothing of this process is in the way.
 */
async function copyBare({ url }, file) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const timed = async (statement) => {
    const startedAt = performance.now();
    await client.query(statement);
    return (performance.now() - startedAt) / 1_000;
  };
  try {
    const { rows } = await client.query('SHOW data_directory');
    let seconds = 0;
    let bytes = 0;
    for (const table of ['member', 'member_history', 'outbox']) {
      const copy = join(rows[0].data_directory, `bench-${table}`);
      await client.query(`COPY ${table} TO '${copy}'`);
      bytes += statSync(copy).size;
      await client.query(`CREATE TABLE bare_${table} (LIKE ${table})`);
      await client.query('CHECKPOINT');
      seconds += await timed(`COPY bare_${table} FROM '${copy}'`);
    }
    const columns = Array.from({ length: 9 }, (_, column) => `c${column} text`).join(', ');
    await client.query(`CREATE TABLE bare (${columns})`);
    const ofFile = await timed(`COPY bare FROM '${file}' WITH (FORMAT csv, HEADER)`);
    return { seconds, bytes, ofFile };
  } finally {
    await client.end();
  }
}

async function killAndResume(bench, postgres, members) {
  const files = await writeFiles(bench, 'killed', members);
  const database = await openDatabase(bench, postgres, 'bench_killed');
  await importOrganisations(database, files);
  const leashed = startImport(database, 'members', files.members);
  let killedAtLine = 0;
  for await (const line of createInterface({ input: leashed.child.stdout })) {
    killedAtLine = JSON.parse(line).line ?? killedAtLine;
    if (killedAtLine > members / 2) break;
  }
  process.kill(leashed.pid, 'SIGKILL');
  await leashed.exited;
  const resumed = await runImport(database, 'members', files.members);
  await checkWhole(database, members);
  return { members, killedAtLine, addedInAll: resumed.added, duplicates: 0, gaps: 0 };
}

/** Each member once, with one entry of history and one event. @throws Error where that is not so */
async function checkWhole({ url }, members) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(
      `SELECT (SELECT count(*) FROM member)::int AS members,
              (SELECT count(DISTINCT member_number) FROM member)::int AS numbers,
              (SELECT count(DISTINCT member_id) FROM member_history)::int AS told,
              (SELECT count(*) FROM member_history)::int AS history,
              (SELECT count(*) FROM outbox WHERE type LIKE 'members.member-registered%')::int AS events,
              (SELECT count(DISTINCT aggregate_id) FROM outbox WHERE type LIKE 'members.member-registered%')::int AS aggregates`,
    );
    const wrong = Object.entries(rows[0]).filter(([, count]) => count !== members);
    if (wrong.length > 0)
      throw new Error(`Of ${members} members there are ${JSON.stringify(Object.fromEntries(wrong))}`);
  } finally {
    await client.end();
  }
}
