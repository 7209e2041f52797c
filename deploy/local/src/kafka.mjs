import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answersAsBroker } from './kafka-answers.mjs';
import { ensureKafkaJars, requireJava } from './kafka-jars.mjs';
import { spawnLeashed } from './leash.mjs';
import { endOf, lastLines, tailOf } from './logs.mjs';
import { Obstacle, asObstacle } from './obstacle.mjs';
import { reservePort } from './ports.mjs';

const stopPlan = 'TERM:20';
const readyWithinMs = 120_000;

/** Small, quick to start, and as quiet as a laptop deserves (TieredStopAtLevel=1 and the serial collector). */
const virtualMachine = [
  '-Xms256m',
  '-Xmx512m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Djava.net.preferIPv4Stack=true',
];

/**
 * Starts a single-node Apache Kafka (KRaft: broker and controller in one process) on the loopback and waits until it
 * answers as a broker.
 *
 * @param {object} options
 * @param {string} options.directory settings and data; formatted when it is not
 * @param {number | 'free'} options.port of the broker; the controller takes any free one
 * @param {'demonstration' | 'testing'} options.profile
 * @param {string} options.logFile
 * @param {(fetch: () => Promise<void>) => Promise<void>} [options.onFetch] wraps the fetching of the jars
 * @returns `{ port, brokers, leashed, stop }`
 */
export async function startKafka({ directory, port: preferred, profile, logFile, onFetch }) {
  const java = requireJava();
  const jars = await ensureKafkaJars(onFetch);
  mkdirSync(directory, { recursive: true });
  const logging = join(directory, 'log4j2.xml');
  writeFileSync(logging, loggingSettings);
  const run = (main, args) => ['-Dlog4j2.configurationFile=' + logging, '-cp', join(jars, '*'), main, ...args];

  for (let attempt = 1; ; attempt += 1) {
    const broker = await reservePort(preferred);
    const controller = await reservePort('free');
    const release = () => {
      broker.release();
      controller.release();
    };
    const ports = { broker: broker.port, controller: controller.port };
    const logStart = endOf(logFile);
    try {
      await format({ directory, ports, profile, logFile, java, run });
    } catch (error) {
      release();
      throw explain(error, tailOf(logFile, logStart), directory, logFile);
    }
    const settings = join(directory, 'server.properties');
    writeFileSync(settings, serverSettings(join(directory, 'data'), ports, profile));
    const leashed = spawnLeashed(java, [...virtualMachine, ...run('kafka.Kafka', [settings])], {
      plan: profile === 'testing' ? 'TERM:1' : stopPlan,
      cwd: directory,
      logFile,
    });
    try {
      await untilReady(leashed, broker.port);
    } catch (error) {
      await leashed.stop();
      release();
      const said = tailOf(logFile, logStart);
      if (attempt < 5 && /Address already in use|BindException/.test(said)) continue;
      throw explain(error, said, directory, logFile);
    }
    return {
      port: broker.port,
      brokers: `127.0.0.1:${broker.port}`,
      leashed,
      stop: async () => {
        await leashed.stop();
        release();
      },
    };
  }
}

/** Formats beside and renames: a data directory is formatted or not there. */
async function format({ directory, ports, profile, logFile, java, run }) {
  for (const name of readdirSync(directory)) {
    if (name.startsWith('partial-')) rmSync(join(directory, name), { recursive: true, force: true });
  }
  const data = join(directory, 'data');
  if (existsSync(join(data, 'meta.properties'))) return;
  rmSync(data, { recursive: true, force: true });
  const partial = join(directory, `partial-${randomBytes(4).toString('hex')}`);
  mkdirSync(partial);
  const settings = join(partial, 'format.properties');
  const formatted = join(partial, 'data');
  writeFileSync(settings, serverSettings(formatted, ports, profile));
  const clusterId = randomBytes(16).toString('base64url');
  const { code, error } = await spawnLeashed(
    java,
    [
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      // In one word: an id may begin with a hyphen, which would read as an option.
      ...run('kafka.tools.StorageTool', ['format', '--standalone', `--cluster-id=${clusterId}`, '-c', settings]),
    ],
    { plan: 'TERM:5', cwd: directory, logFile },
  ).exited;
  if (code !== 0) throw error ?? new Error(`formatting ended with ${code}`);
  renameSync(formatted, data);
  rmSync(partial, { recursive: true, force: true });
}

function serverSettings(data, ports, profile) {
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.bootstrap.servers': `127.0.0.1:${ports.controller}`,
    listeners: `PLAINTEXT://127.0.0.1:${ports.broker},CONTROLLER://127.0.0.1:${ports.controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${ports.broker},CONTROLLER://127.0.0.1:${ports.controller}`,
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': data,
    'auto.create.topics.enable': false,
    // A killed broker may come back when its session has run out; the default makes everybody wait nine seconds.
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
    'group.initial.rebalance.delay.ms': 0,
    'num.partitions': 4,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 2,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    // The default keeps 128 MB of a small heap for compaction alone.
    'log.cleaner.dedupe.buffer.size': 16_777_216,
    ...(profile === 'testing' ? { 'log.segment.bytes': 16_777_216, 'log.index.size.max.bytes': 1_048_576 } : {}),
  };
  return `${Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n`;
}

const loggingSettings = `<Configuration status="WARN">
  <Appenders><Console name="console"><PatternLayout pattern="%d %p %c{1} %m%n"/></Console></Appenders>
  <Loggers><Root level="WARN"><AppenderRef ref="console"/></Root></Loggers>
</Configuration>
`;

async function untilReady(leashed, port) {
  const deadline = Date.now() + readyWithinMs;
  while (!(await answersAsBroker('127.0.0.1', port))) {
    if (!leashed.isRunning) throw new Error('Kafka ended before it was ready');
    if (Date.now() > deadline) throw new Error('Kafka did not become ready in time');
    await Promise.race([leashed.exited, new Promise((resolve) => setTimeout(resolve, 100))]);
  }
}

function explain(error, said, directory, logFile) {
  const known = asObstacle({ code: error.code, message: `${error.message} ${said}` }, directory);
  if (known instanceof Obstacle) return known;
  if (/insufficient memory|Cannot allocate memory|Could not reserve enough space/.test(said)) {
    return new Obstacle('There is not enough memory for Kafka (about 600 MB): end something else and start again.');
  }
  return new Obstacle(`Kafka does not start (${error.message}): see ${logFile}, which ends:\n${lastLines(logFile)}`);
}
