import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { until } from '../../bench/parts/product.mjs';
import { judgeBooks, judgeElection, openElection } from '../parts/election.mjs';
import { startLoad } from '../parts/load.mjs';
import { openPhones } from '../parts/phones.mjs';
import { openVerdict } from '../parts/verdict.mjs';
import { openVisits } from '../parts/visits.mjs';

export const options = { rounds: 5, members: 4_000, clients: 16, thinkMs: 60, lockMs: 30_000, calmMs: 4_000 };

export const controls = {
  'late-flush': 'PostgreSQL acknowledges what it has not written yet (synchronous_commit off)',
};

export const short = [
  { rounds: 1, clients: 8, thinkMs: 40, lockMs: 8_000, calmMs: 1_000 },
  { break: 'late-flush', rounds: 1, clients: 8, thinkMs: 40, lockMs: 0, calmMs: 3_000 },
];

/** Who waits for a lock is told to come again well before the gateway gives up on the service. */
const answerWithinMs = 15_000;
const services = ['members', 'timebank', 'evaluations', 'benefits'];

/**
 * PostgreSQL is killed and started again, all connections are cut, and ballots and accounts are locked by somebody else,
 * while members vote and hours are posted.
 */
export async function run(fault) {
  const { rounds, clients, thinkMs, lockMs, calmMs } = fault.options;
  const scene = await fault.scene();
  const { stack } = scene.product;
  const { postgres } = scene.servers;
  const verdict = openVerdict();
  const databases = Object.values(stack.databases).map(nameOf);
  const election = await openElection(fault, scene);
  if (fault.control === 'late-flush') await flushLate(fault, postgres.adminUrl, databases);
  const visits = openVisits(fault, scene);
  const phones = openPhones(scene.product, verdict, { answerWithinMs });
  const load = startLoad(fault, { election, visits, phones, verdict, clients, thinkMs });
  const recoveryMs = [];

  for (let round = 1; round <= rounds; round += 1) {
    await sleep(calmMs);
    await fault.progress.step('Connections cut', () => cutConnections(postgres.adminUrl, databases));
    await sleep(calmMs);
    await fault.progress.step('PostgreSQL killed', () => postgres.kill());
    await expectHealth(stack, verdict, 'while PostgreSQL is away', ['unready'], 'degraded');
    await fault.progress.step('PostgreSQL started', () => postgres.start());
    const began = performance.now();
    await expectHealth(stack, verdict, 'after PostgreSQL is back', ['ready', 'degraded'], 'ready');
    recoveryMs.push(Math.round(performance.now() - began));
  }
  if (lockMs > 0) {
    await sleep(calmMs);
    await fault.progress.step(`Ballots and accounts locked for ${lockMs / 1_000} s`, () => holdLocks(scene, lockMs));
  }
  await sleep(calmMs);
  await load.stop();

  const isRewarded = await election.untilRewarded(fault.control === null ? 120_000 : 5_000);
  await judgeElection(scene, election, verdict);
  await visits.judge(verdict);
  if (fault.control === null) {
    await judgeBooks(fault, scene, verdict);
    if (lockMs > 0 && !phones.figures.refusals.TRY_AGAIN) verdict.wrong('nobody was told to try again');
  }
  return {
    ...phones.figures,
    ...verdict.counts(),
    notes: { isRewarded, recoveryMs, visits: visits.told.length, ...phones.notes(), ...verdict.notes() },
  };
}

/** Readiness tells the truth, within what a probe needs to notice. */
async function expectHealth(stack, verdict, when, ofServices, ofGateway) {
  for (const name of [...services, 'gateway']) {
    const wanted = name === 'gateway' ? [ofGateway] : ofServices;
    let said = '';
    await until(
      name,
      async () => {
        said = await stack.healthOf(name);
        return wanted.includes(said) ? true : null;
      },
      { withinMs: 15_000 },
    ).catch(() => verdict.wrong(`${name} says something else of itself ${when}`, said));
  }
}

async function holdLocks({ product }, lockMs) {
  const holders = [];
  try {
    for (const [service, table] of [
      ['evaluations', 'participation'],
      ['timebank', 'ledger_account'],
      ['benefits', 'ledger_account'],
    ]) {
      const holder = new pg.Client({ connectionString: product.stack.databases[service] });
      await holder.connect();
      holders.push(holder);
      await holder.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    }
    await sleep(lockMs);
  } finally {
    await Promise.all(holders.map((holder) => holder.end()));
  }
}

/** Commits are acknowledged at once and written ten seconds later. One that waits would take the others along. */
async function flushLate(fault, adminUrl, databases) {
  fault.undo(async () => {
    for (const name of databases) await asAdmin(adminUrl, `ALTER DATABASE ${name} RESET synchronous_commit`);
    await asAdmin(adminUrl, 'ALTER SYSTEM RESET wal_writer_delay');
    await asAdmin(adminUrl, 'SELECT pg_reload_conf()');
  });
  for (const name of databases) await asAdmin(adminUrl, `ALTER DATABASE ${name} SET synchronous_commit = off`);
  await asAdmin(adminUrl, `ALTER SYSTEM SET wal_writer_delay = '10s'`);
  await asAdmin(adminUrl, 'SELECT pg_reload_conf()');
  await cutConnections(adminUrl, databases);
}

function cutConnections(adminUrl, databases) {
  return asAdmin(adminUrl, 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY($1)', [
    databases,
  ]);
}

function nameOf(url) {
  return new URL(url).pathname.slice(1);
}

async function asAdmin(adminUrl, sql, parameters = []) {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(sql, parameters);
  } finally {
    await client.end();
  }
}
