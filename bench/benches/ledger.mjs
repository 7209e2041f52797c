import { randomUUID } from 'node:crypto';
import { callInClosedLoop } from '../load/closed-calls.mjs';
import { percentile, rounded } from '../load/percentiles.mjs';
import { cpuMsPerRequest, cpuSecondsOf } from '../parts/process-costs.mjs';
import { createDatabase, startDatabase } from '../parts/servers.mjs';
import { makeTpcbTables, runTpcb } from './ledger/tpcb.mjs';

export const options = {
  /** Measured, for each side. */
  seconds: 24,
  /** Before anything is measured, for each side. */
  warmup: 5,
  rounds: 3,
  clients: 8,
  accounts: 10_000,
};

const leastRatio = 0.6;
const leastHotShare = 0.4;

/**
 * Transfers between accounts taken at random, and from them all to one hot account, beside pgbench's tpcb-like
 * transaction through the same driver on as many connections.
 */
export async function run(bench) {
  const { seconds, warmup, rounds, clients } = bench.options;
  const postgres = await startDatabase(bench);
  const ledger = await openLedger(bench, postgres.adminUrl);
  const tpcb = await openTpcb(bench, postgres.adminUrl);

  const sides = { tpcb: tpcb.transact, spread: ledger.transferAnywhere, hot: ledger.transferToHot };
  const runs = Object.fromEntries(Object.keys(sides).map((name) => [name, []]));
  for (const [name, call] of Object.entries(sides)) {
    await bench.progress.step(`Warm-up of ${name}`, () =>
      callInClosedLoop({ callers: clients, seconds: warmup, call }),
    );
  }
  for (let round = 1; round <= rounds; round += 1) {
    for (const [name, call] of Object.entries(sides)) {
      await bench.progress.step(
        `${name}, round ${round} of ${rounds}`,
        async () => {
          const before = usedSoFar(postgres);
          const measured = await callInClosedLoop({ callers: clients, seconds: seconds / rounds, call });
          runs[name].push({ ...measured, before, after: usedSoFar(postgres) });
          return measured;
        },
        ({ perSecond }) => `${Math.round(perSecond)}/s`,
      );
    }
  }
  const drifts = await bench.progress.step('Balances recomputed from entries', () => ledger.drifts());
  if (drifts.length > 0) throw new Error(`The ledger drifted: ${JSON.stringify(drifts.slice(0, 3))}`);

  const [limit, spread, hot] = Object.values(runs).map(summed);
  const ratio = rounded(spread.perSecond / limit.perSecond, 3);
  const hotShare = rounded(hot.perSecond / spread.perSecond, 3);
  return {
    value: rounded(spread.perSecond, 1),
    unit: 'transfers/s',
    limit: rounded(limit.perSecond, 1),
    ratio,
    p50Ms: rounded(percentile(spread.latenciesMs, 0.5)),
    p99Ms: rounded(percentile(spread.latenciesMs, 0.99)),
    notes: {
      target: `ratio >= ${leastRatio}; hot >= ${leastHotShare} of spread`,
      limitIs: "pgbench's tpcb-like transaction in SQL: same driver, connections, server and number of accounts",
      isReached: ratio >= leastRatio && hotShare >= leastHotShare,
      clients,
      accounts: bench.options.accounts,
      hotPerSecond: rounded(hot.perSecond, 1),
      hotShare,
      hotP50Ms: rounded(percentile(hot.latenciesMs, 0.5)),
      hotP99Ms: rounded(percentile(hot.latenciesMs, 0.99)),
      limitP50Ms: rounded(percentile(limit.latenciesMs, 0.5)),
      limitP99Ms: rounded(percentile(limit.latenciesMs, 0.99)),
      ratioByRound: runs.spread.map((each, round) => rounded(each.perSecond / runs.tpcb[round].perSecond, 3)),
      hotShareByRound: runs.hot.map((each, round) => rounded(each.perSecond / runs.spread[round].perSecond, 3)),
      cpuMsPerTransfer: spread.cpu,
      hotCpuMsPerTransfer: hot.cpu,
      limitCpuMsPerTransaction: limit.cpu,
      machine: bench.machine,
    },
  };
}

/** Accounts of members with enough to give, one that receives from all, and the two kinds of load on them. */
async function openLedger(bench, adminUrl) {
  const { databaseMigrations, inTransaction } = await import('@zhijia/database');
  const { LedgerStore, ledgerMigrations } = await import('@zhijia/ledger');
  const db = await openDatabase(bench, adminUrl, 'bench_ledger', [...databaseMigrations, ...ledgerMigrations]);
  const ledger = new LedgerStore();
  const account = (kind, ownerId, floorUnits = 0) => ({ book: 'MINUTES', kind, ownerId, floorUnits });
  const request = (kind, from, to, units) => ({
    book: 'MINUTES',
    fromAccountId: from.id,
    toAccountId: to.id,
    units,
    kind,
    reason: 'bench',
    reference: `bench:${randomUUID()}`,
  });
  const [issuance, hot] = await inTransaction(db, (tx) =>
    ledger.openAccounts(tx, [account('ISSUANCE', null, null), account('FUND', 'hot')]),
  );
  const accounts = [];
  const together = 1_000;
  await bench.progress.step(`${bench.options.accounts} accounts`, async () => {
    for (let first = 0; first < bench.options.accounts; first += together) {
      const count = Math.min(together, bench.options.accounts - first);
      const opened = await inTransaction(db, async (tx) => {
        const members = await ledger.openAccounts(
          tx,
          Array.from({ length: count }, (_, index) => account('MEMBER', String(first + index))),
        );
        await ledger.postMany(
          tx,
          members.map((member) => request('FUNDING', issuance, member, 1_000_000)),
        );
        return members;
      });
      accounts.push(...opened);
    }
    await db.query('VACUUM ANALYZE');
  });

  const anyone = () => accounts[Math.floor(Math.random() * accounts.length)];
  const transfer = async (from, to) => {
    const units = 1 + Math.floor(Math.random() * 10);
    const outcome = await inTransaction(db, (tx) => ledger.postTransfer(tx, request('GIFT', from, to, units)));
    if (outcome.kind !== 'posted') throw new Error(`Not posted: ${JSON.stringify(outcome)}`);
  };
  return {
    transferAnywhere() {
      const from = anyone();
      let to = anyone();
      while (to === from) to = anyone();
      return transfer(from, to);
    },
    transferToHot: () => transfer(anyone(), hot),
    drifts: () => ledger.recomputeBalances(db),
  };
}

async function openTpcb(bench, adminUrl) {
  const { inTransaction } = await import('@zhijia/database');
  const db = await openDatabase(bench, adminUrl, 'bench_tpcb', []);
  await makeTpcbTables(db, bench.options.accounts);
  return { transact: () => inTransaction(db, (tx) => runTpcb(tx, bench.options.accounts)) };
}

async function openDatabase(bench, adminUrl, name, migrations) {
  const { createDataSource, migrateUnderLock } = await import('@zhijia/database');
  const url = await createDatabase(adminUrl, name);
  const db = createDataSource({ url, applicationName: name, migrations, poolSize: bench.options.clients });
  await db.initialize();
  bench.undo(() => db.destroy());
  if (migrations.length > 0) await migrateUnderLock(db);
  return db;
}

function usedSoFar(postgres) {
  const { user, system } = process.cpuUsage();
  return { ...cpuSecondsOf({ postgres: postgres.pid }), client: (user + system) / 1e6 };
}

function summed(runs) {
  const requests = runs.reduce((sum, each) => sum + each.requests, 0);
  const total = (when) =>
    Object.fromEntries(
      Object.keys(runs[0].after).map((name) => [name, runs.reduce((sum, each) => sum + each[when][name], 0)]),
    );
  return {
    perSecond: requests / runs.reduce((sum, each) => sum + each.seconds, 0),
    latenciesMs: runs.flatMap(({ latenciesMs }) => latenciesMs),
    cpu: cpuMsPerRequest(total('before'), total('after'), requests),
  };
}
