import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from '../../../tools/build.mjs';
import { answersAsBroker } from './kafka-answers.mjs';
import { ensureDatabases, existingDatabases, requireDatabases } from './databases.mjs';
import { loadDemonstration } from './demonstration.mjs';
import { removeData } from './fresh.mjs';
import { keepRunning } from './keep-running.mjs';
import { startKafka } from './kafka.mjs';
import { watchHeld } from './leash.mjs';
import { endLeftOvers, rememberProcesses } from './left-overs.mjs';
import { Obstacle } from './obstacle.mjs';
import { freshLog, layout } from './paths.mjs';
import { defaultPorts, subgraphs } from './parts.mjs';
import { startPostgres } from './postgres.mjs';
import { hasCluster } from './postgres-home.mjs';
import { identityOf } from './process-identity.mjs';
import { ensureSecrets } from './secrets.mjs';
import { removeState, writeState } from './stack-state.mjs';
import { startStack } from './start-stack.mjs';

/**
 * Everything of one machine: servers, services, county. Resolves when it is ready. Whoever calls holds the data
 * directory's lock.
 *
 * @param {object} options
 * @param {string} options.dataDir
 * @param {boolean} options.fresh throw the data away first
 * @param {number} [options.members] of the demonstration county; 0 for none
 * @param {object} options.progress
 * @param {Record<string, string>} [options.entries] programs instead of the services' own, for tests of this runner
 * @param {Record<string, number | 'free'>} [options.ports] preferred ones; the next free ones are taken
 * @returns `{ state(), demonstration, stop }`
 */
export async function startWholeStack({ dataDir, fresh, members, progress, entries, ports = defaultPorts }) {
  const where = layout(dataDir);
  const existing = { databases: existingDatabases(), brokers: process.env.KAFKA_BROKERS || null };
  const kept = {};
  let stack = null;

  await endLeftOvers(where.processes, (text) => progress.say(text));
  watchHeld((processes) => rememberProcesses(where.processes, processes));
  removeState(dataDir);
  if (fresh) startAnew(dataDir, existing, progress);
  const secrets = ensureSecrets(dataDir);

  const [, postgres, kafka] = await together([
    progress.step(
      'Build',
      () => build(),
      ({ files, compiled }) => `${compiled} of ${files} files compiled`,
    ),
    provideDatabases({ where, existing, secrets, progress, kept, ports }),
    provideKafka({ where, existing, progress, kept, ports }),
  ]);

  let phase = 'starting';
  let startedInMs = null;
  let demonstration = null;
  const publish = () => {
    if (stack !== null) writeState(dataDir, stateOf({ stack, phase, startedInMs, demonstration, kept, kafka }));
  };
  stack = await startStack({
    dataDir,
    secrets,
    mode: 'development',
    // The programs that stand for services in this runner's own tests bring no issuer.
    issuer: entries === undefined,
    entries,
    ports,
    databases: postgres.urls,
    kafka: { brokers: kafka.brokers, prefix: process.env.KAFKA_PREFIX ?? '' },
    progress,
    onChange: () => publish(),
  });
  for (const server of Object.values(kept)) server.insist();
  phase = 'loading';
  publish();
  demonstration = await loadDemonstration({ dataDir, members, progress, env: environmentOfTools(dataDir) });
  phase = 'ready';
  startedInMs = progress.elapsedMs();
  publish();

  return {
    demonstration,
    state: () => stateOf({ stack, phase, startedInMs, demonstration, kept, kafka }),
    async stop() {
      phase = 'stopping';
      publish();
      await stack.stop();
      await Promise.all(Object.values(kept).map((server) => server.stop()));
      removeState(dataDir);
    },
  };
}

/** Tools find the stack by its data directory; they read its state. */
function environmentOfTools(dataDir) {
  return {
    ...process.env,
    ZHIJIA_DATA_DIR: dataDir,
    APOLLO_TELEMETRY_DISABLED: '1',
    KAFKAJS_NO_PARTITIONER_WARNING: '1',
  };
}

function startAnew(dataDir, existing, progress) {
  removeData(dataDir);
  progress.say(`· threw away the data in ${dataDir}`);
  if (existing.brokers !== null || Object.keys(existing.databases).length > 0) {
    progress.say('· the existing servers that the environment names keep their data');
  }
}

async function provideDatabases({ where, existing, secrets, progress, kept, ports }) {
  const own = subgraphs.filter((name) => existing.databases[name] === undefined);
  if (own.length < subgraphs.length) {
    await progress.step('Existing databases', () => requireDatabases(existing.databases));
  }
  if (own.length === 0) return { urls: existing.databases };

  const logFile = freshLog(where.logs, 'postgres');
  let port = ports.postgres;
  const start = async () => {
    const server = await startPostgres({
      directory: where.postgres,
      port,
      password: secrets.postgresPassword,
      profile: 'demonstration',
      logFile,
    });
    // After a crash it comes back where the services look for it.
    port = server.port;
    return server;
  };
  const title = hasCluster(where.postgres) ? 'PostgreSQL' : 'PostgreSQL, with a new cluster';
  return progress.step(
    title,
    async () => {
      const say = (text) => progress.say(`${text}; see ${logFile}`);
      kept.postgres = await keepRunning({ name: 'postgres', start, say });
      const urls = await ensureDatabases(kept.postgres.part.adminUrl, own, secrets.databasePasswords);
      return { urls: { ...urls, ...existing.databases } };
    },
    () => `127.0.0.1:${port}`,
  );
}

async function provideKafka({ where, existing, progress, kept, ports }) {
  if (existing.brokers !== null) {
    await progress.step(
      'Existing Kafka',
      () => requireBrokers(existing.brokers),
      () => existing.brokers,
    );
    return { brokers: existing.brokers };
  }
  const logFile = freshLog(where.logs, 'kafka');
  let port = ports.kafka;
  const start = async () => {
    const server = await startKafka({
      directory: where.kafka,
      port,
      profile: 'demonstration',
      logFile,
      onFetch: (fetch) => progress.step("Kafka's jars through Maven (once)", fetch),
    });
    port = server.port;
    return server;
  };
  return progress.step(
    existsSync(join(where.kafka, 'data')) ? 'Kafka' : 'Kafka, newly formatted',
    async () => {
      const say = (text) => progress.say(`${text}; see ${logFile}`);
      kept.kafka = await keepRunning({ name: 'kafka', start, say });
      return { brokers: kept.kafka.part.brokers };
    },
    ({ brokers }) => brokers,
  );
}

async function requireBrokers(brokers) {
  for (const address of brokers.split(',')) {
    const [, host, port] = /^\[?([^\]]+?)\]?:(\d+)$/.exec(address.trim()) ?? [];
    if (port !== undefined && (await answersAsBroker(host, Number(port), 5_000))) return;
  }
  throw new Obstacle(
    `KAFKA_BROKERS names ${brokers}, where no Kafka answers: start it, write it as host:port[,host:port], or unset the variable to use the embedded one.`,
  );
}

function stateOf({ stack, phase, startedInMs, demonstration, kept, kafka }) {
  const names = [...subgraphs, 'issuer', 'gateway'];
  return {
    supervisor: { pid: process.pid, identity: identityOf(process.pid) },
    phase,
    startedInMs,
    demonstration,
    ports: stack.ports,
    gateway: stack.gateway,
    services: stack.services,
    gatewayPid: stack.pidOf('gateway'),
    issuer: stack.issuer,
    databases: stack.databases,
    kafka: { brokers: kafka.brokers, prefix: stack.kafka.prefix },
    servers: Object.fromEntries(Object.entries(kept).map(([name, { pid }]) => [name, { pid }])),
    environments: Object.fromEntries(names.map((name) => [name, contractOnly(stack.environmentOf(name))])),
  };
}

/** What the runner itself says, without what the machine's environment happens to hold. */
function contractOnly(environment) {
  return Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => process.env[name] !== value && name !== 'PATH'),
  );
}

/** All to their end, so that what did start is known when something else fails and everything is stopped. */
async function together(promises) {
  const results = await Promise.allSettled(promises);
  const failed = results.find(({ status }) => status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return results.map(({ value }) => value);
}
