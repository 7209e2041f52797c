import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { spawnLeashed } from '../../deploy/local/src/leash.mjs';
import { median, percentile, rounded } from '../load/percentiles.mjs';
import { cpuMsPerRequest, cpuSecondsOf } from '../parts/process-costs.mjs';
import { until } from '../parts/product.mjs';
import { createDatabase, startServers } from '../parts/servers.mjs';
import { openBareProducer } from './relay/bare-produce.mjs';

export const options = {
  /** In the outbox when the relay starts, in each round. */
  events: 30_000,
  rounds: 3,
  /** Of a steady stream, and for how long. */
  perSecond: 500,
  seconds: 20,
};

const leastPerSecond = 5_000;
const leastRatio = 0.3;
const mostMs = 300;

/** As the library makes topics and fills batches. */
const wire = { partitions: 6, together: 500 };

/**
 * From rows of an outbox to effects in another service's database, both durable: a full outbox all at once, beside the
 * bare production of as many alike messages, and a steady stream one transaction each.
 */
export async function run(bench) {
  const { events, rounds, perSecond, seconds } = bench.options;
  const servers = await startServers(bench);
  const sender = await openSender(bench, servers);
  const receiver = await openReceiver(bench, servers);
  const produce = await openBareProducer(bench, servers.kafka.brokers, wire);
  const pids = { receiver: receiver.pid, postgres: servers.postgres.pid, kafka: servers.kafka.pid };

  await bench.progress.step('Warm-up', async () => {
    await drain(sender, receiver, pids, events);
    await produce(payloads(0, events));
  });
  const drained = [];
  const bare = [];
  for (let round = 1; round <= rounds; round += 1) {
    drained.push(
      await bench.progress.step(
        `Outbox, round ${round} of ${rounds}`,
        () => drain(sender, receiver, pids, events),
        (one) => `${Math.round(one.perSecond)}/s`,
      ),
    );
    bare.push(
      await bench.progress.step(
        `Bare production, round ${round} of ${rounds}`,
        () => produce(payloads(0, events)),
        (rate) => `${Math.round(rate)}/s`,
      ),
    );
  }
  const latenciesMs = await bench.progress.step(`${perSecond} events/s for ${seconds} s`, () =>
    stream(sender, receiver, { perSecond, seconds }),
  );

  const value = median(drained.map((one) => one.perSecond));
  const limit = median(bare);
  const ratio = rounded(value / limit, 3);
  const p99Ms = percentile(latenciesMs, 0.99);
  return {
    value: rounded(value, 0),
    unit: 'events/s',
    limit: rounded(limit, 0),
    ratio,
    p50Ms: rounded(percentile(latenciesMs, 0.5)),
    p99Ms: rounded(p99Ms),
    notes: {
      target: `>= ${leastPerSecond} events/s, ratio >= ${leastRatio}; p99 <= ${mostMs} ms at ${perSecond} events/s`,
      limitIs: 'bare production of alike messages, same client, batches, partitions and acknowledgements',
      isReached: value >= leastPerSecond && ratio >= leastRatio && p99Ms <= mostMs,
      events,
      perSecondByRound: drained.map((one) => rounded(one.perSecond, 0)),
      ratioByRound: drained.map((one, round) => rounded(one.perSecond / bare[round], 3)),
      cpuMsPerEvent: drained.at(-1).cpu,
      latencyIs: `at ${perSecond} events/s, from the begin of the event's transaction to its effect, seen every 5 ms`,
      machine: bench.machine,
    },
  };
}

/** A full outbox, then the relay starts; until the last effect is there. */
async function drain(sender, receiver, pids, count) {
  const first = await sender.fill(count);
  const before = usedSoFar(pids);
  const began = performance.now();
  sender.start();
  await until('all effects', async () => ((await receiver.effectsFrom(first)) === count ? true : null), {
    everyMs: 50,
  });
  const tookMs = performance.now() - began;
  const after = usedSoFar(pids);
  await until('all are marked', async () => ((await sender.unpublished()) === 0 ? true : null));
  await sender.stop();
  return { perSecond: count / (tookMs / 1_000), cpu: cpuMsPerRequest(before, after, count) };
}

/** Each event in a transaction of its own, on time whatever became of the ones before. */
async function stream(sender, receiver, { perSecond, seconds }) {
  sender.start();
  const begunAt = new Map();
  const latenciesMs = [];
  let isSending = true;
  const watching = (async () => {
    while (isSending || begunAt.size > 0) {
      for (const number of await receiver.effectsAmong([...begunAt.keys()])) {
        latenciesMs.push(performance.now() - begunAt.get(number));
        begunAt.delete(number);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  // Its connection ends under it when the bench fails elsewhere.
  watching.catch(() => {});
  const began = performance.now();
  const adding = [];
  for (let index = 0; index < perSecond * seconds; index += 1) {
    const waitMs = began + (index / perSecond) * 1_000 - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const [payload] = payloads(sender.next(), 1);
    const added = sender.add([payload], () => begunAt.set(payload.number, performance.now()));
    // Heard in the end: it must not end the process before what was started is stopped.
    added.catch(() => {});
    adding.push(added);
  }
  await Promise.all(adding).finally(() => (isSending = false));
  await watching;
  await sender.stop();
  return latenciesMs;
}

async function openSender(bench, servers) {
  const { createDataSource, databaseMigrations, inTransaction, migrateUnderLock } = await import('@zhijia/database');
  const { createLog } = await import('@zhijia/logging');
  const { createMessaging, messagingMigrations, Outbox } = await import('@zhijia/messaging');
  const { told } = await import('./relay/told.mjs');
  const db = createDataSource({
    url: await createDatabase(servers.postgres.adminUrl, 'bench_sender'),
    applicationName: 'sender',
    migrations: [...databaseMigrations, ...messagingMigrations],
    // Of a steady stream many commit at once while the disk is slow.
    poolSize: 40,
  });
  await db.initialize();
  bench.undo(() => db.destroy());
  await migrateUnderLock(db);
  const outbox = new Outbox();
  let number = 0;
  let messaging = null;
  const stop = async () => {
    await messaging?.stop();
    messaging = null;
  };
  bench.undo(stop);
  const add = (some, onBegun = () => {}) =>
    inTransaction(db, (tx) => {
      onBegun();
      return outbox.addAll(
        tx,
        told,
        some.map((payload) => ({ aggregateId: payload.memberId, payload })),
      );
    });
  return {
    next: () => (number += 1) - 1,
    add,
    /** @returns the number of the first */
    async fill(count) {
      const first = number;
      number += count;
      for (let at = 0; at < count; at += 1_000) await add(payloads(first + at, Math.min(1_000, count - at)));
      return first;
    },
    start() {
      messaging = createMessaging({
        db,
        source: 'bench',
        kafka: { brokers: [servers.kafka.brokers], partitions: wire.partitions },
        reactions: [],
        published: [told],
        deadLetterKey: randomBytes(32),
        log: createLog({ service: 'sender', level: 'warn' }),
      });
      messaging.start();
    },
    stop,
    async unpublished() {
      const [{ n }] = await db.query(`SELECT count(*)::int AS n FROM outbox WHERE published_at IS NULL`);
      return n;
    },
  };
}

async function openReceiver(bench, servers) {
  const { createDataSource, databaseMigrations, migrateUnderLock } = await import('@zhijia/database');
  const { messagingMigrations } = await import('@zhijia/messaging');
  const { effectTable } = await import('./relay/told.mjs');
  const url = await createDatabase(servers.postgres.adminUrl, 'bench_receiver');
  const migrations = [...databaseMigrations, ...messagingMigrations];
  const db = createDataSource({ url, applicationName: 'receiver', migrations, poolSize: 2 });
  await db.initialize();
  await migrateUnderLock(db);
  await db.query(effectTable);
  await db.destroy();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  bench.undo(() => client.end());
  const leashed = spawnLeashed(process.execPath, [join(import.meta.dirname, 'relay', 'receiver.mjs')], {
    plan: 'TERM:15',
    cwd: import.meta.dirname,
    logFile: join(bench.directory, 'receiver.log'),
    env: { ...process.env, DATABASE_URL: url, KAFKA_BROKERS: servers.kafka.brokers },
  });
  bench.undo(() => leashed.stop());
  return {
    pid: leashed.pid,
    /** An index alone answers it. */
    async effectsFrom(first) {
      const { rows } = await client.query(`SELECT count(*)::int AS n FROM effect WHERE number >= $1`, [first]);
      return rows[0].n;
    },
    async effectsAmong(numbers) {
      const { rows } = await client.query(`SELECT number::int AS number FROM effect WHERE number = ANY($1::bigint[])`, [
        numbers,
      ]);
      return rows.map(({ number }) => number);
    },
  };
}

function payloads(first, count) {
  const campaignId = randomUUID();
  return Array.from({ length: count }, (_, index) => ({ number: first + index, campaignId, memberId: randomUUID() }));
}

/** The sender's relay runs in this process, beside what asks for the effects. */
function usedSoFar(pids) {
  const { user, system } = process.cpuUsage();
  return { sender: (user + system) / 1e6, ...cpuSecondsOf(pids) };
}
