import { join } from 'node:path';
import pg from 'pg';
import { startKafka } from '../../deploy/local/src/kafka.mjs';
import { startPostgres } from '../../deploy/local/src/postgres.mjs';
import { build } from '../../tools/build.mjs';

/**
 * The build and a PostgreSQL alone, for what needs no broker.
 *
 * @returns `{ port, adminUrl, pid }`
 */
export async function startDatabase(bench) {
  const [, postgres] = await together([buildAll(bench), postgresOf(bench)]);
  return { port: postgres.port, adminUrl: postgres.adminUrl, pid: postgres.leashed.pid };
}

/**
 * The build, a PostgreSQL and a Kafka for this run, as the demonstration has them: `fsync` and `synchronous_commit` on.
 * PostgreSQL counts statements (`statementCounts`), switched off until asked for.
 *
 * @returns `{ postgres: { port, adminUrl, pid }, kafka: { brokers, pid } }`
 */
export async function startServers(bench) {
  const { progress } = bench;
  const [, postgres, kafka] = await together([
    buildAll(bench),
    postgresOf(bench),
    progress.step(
      'Kafka',
      () =>
        started(
          bench,
          startKafka({
            directory: join(bench.directory, 'kafka'),
            port: 'free',
            profile: 'demonstration',
            logFile: join(bench.directory, 'kafka.log'),
            onFetch: (fetch) => progress.step("Kafka's jars through Maven", fetch),
          }),
        ),
      ({ brokers }) => brokers,
    ),
  ]);
  return {
    postgres: { port: postgres.port, adminUrl: postgres.adminUrl, pid: postgres.leashed.pid },
    kafka: { brokers: kafka.brokers, pid: kafka.leashed.pid },
  };
}

function buildAll({ progress }) {
  return progress.step(
    'Build',
    () => build(),
    ({ files, compiled }) => `${compiled} of ${files} files compiled`,
  );
}

function postgresOf(bench) {
  return bench.progress.step(
    'PostgreSQL',
    () => startCountingPostgres(bench),
    ({ port }) => `127.0.0.1:${port}`,
  );
}

/** The library that counts is loaded at the start, so the setting needs a second one. */
async function startCountingPostgres(bench) {
  const start = () =>
    startPostgres({
      directory: join(bench.directory, 'postgres'),
      port: 'free',
      password: 'postgres',
      profile: 'demonstration',
      logFile: join(bench.directory, 'postgres.log'),
    });
  const first = await start();
  try {
    await ask(first.adminUrl, [
      `ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'`,
      `ALTER SYSTEM SET pg_stat_statements.track = 'none'`,
    ]);
  } finally {
    await first.stop();
  }
  const postgres = await started(bench, start());
  await ask(postgres.adminUrl, ['CREATE EXTENSION IF NOT EXISTS pg_stat_statements']);
  return postgres;
}

/** An empty database on the bench's server; answers its URL. */
export async function createDatabase(adminUrl, name) {
  await ask(adminUrl, [`CREATE DATABASE ${name}`]);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return url.toString();
}

async function ask(url, statements) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

async function started(bench, starting) {
  const server = await starting;
  bench.undo(() => server.stop());
  return server;
}

/** All to their end, so that what did start is known when something else fails and everything is stopped. */
async function together(promises) {
  const results = await Promise.allSettled(promises);
  const failed = results.find(({ status }) => status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return results.map(({ value }) => value);
}
