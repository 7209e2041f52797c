import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabases } from './databases.mjs';
import { healthOf, untilUp } from './health.mjs';
import { writeIssuerApplications } from './issuer-applications.mjs';
import { keepRunning } from './keep-running.mjs';
import { spawnLeashed } from './leash.mjs';
import { lastLines } from './logs.mjs';
import { Obstacle } from './obstacle.mjs';
import { freshLog, layout, makePassable, root } from './paths.mjs';
import { defaultPorts, subgraphs } from './parts.mjs';
import { reservePort } from './ports.mjs';
import { createProgress } from './progress.mjs';
import { ensureSecrets } from './secrets.mjs';
import { environmentOf, gatewayUrls, graphqlUrl, issuerUrl } from './service-environment.mjs';
import { writeTrustedIssuers } from './trusted-issuers.mjs';

/** A service drains in its own time. */
const stopPlan = 'TERM:15';

/** Migrations of a large database run before the first readiness. */
const readyWithinMs = 180_000;

/**
 * Starts the subgraphs and the gateway from their builds, on databases and a broker that are there, and resolves when
 * all are ready. Options and result are described in start-stack.d.mts.
 */
export async function startStack(options = {}) {
  const undo = [];
  const stop = once(async () => {
    for (const step of undo.splice(0).reverse()) await step();
  });
  try {
    const plan = await prepare(options, undo);
    const progress = options.progress ?? createProgress(options.onProgress ?? (() => {}));
    const services = await launch(plan, progress, options, undo);
    return handle(plan, services, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function prepare(options, undo) {
  const dataDir = options.dataDir ?? temporaryDirectory(undo);
  makePassable(dataDir);
  const secrets = options.secrets ?? ensureSecrets(dataDir);
  const ports = await reservePorts(options.ports ?? 'free', undo);
  writeTrustedIssuers(layout(dataDir).trustedIssuers, {
    jwksFile: secrets.issuerKeySetFile,
    issuerUrl: issuerUrl(ports.issuer),
  });
  writeIssuerApplications(layout(dataDir).issuerApplications);
  const mode = options.mode ?? 'test';
  return {
    mode,
    dataDir,
    secrets,
    names: [
      ...(options.services ?? subgraphs),
      ...((options.issuer ?? mode !== 'test') ? ['issuer'] : []),
      ...(options.gateway === false ? [] : ['gateway']),
    ],
    entries: options.entries ?? {},
    kafka: kafkaOf(options.kafka),
    databases: await databasesOf(options.databases, undo),
    ports,
    extra: options.env,
  };
}

async function launch(plan, progress, options, undo) {
  const kept = {};
  undo.push(() => Promise.all(Object.values(kept).map((service) => service.stop())));

  const services = Object.fromEntries(
    plan.names.map((name) => {
      const entry = plan.entries[name] ?? entryOf(name);
      const logFile = freshLog(layout(plan.dataDir).logs, name);
      const say = (text) => progress.say(`${text}; see ${logFile}`);
      const run = async () => {
        if (!existsSync(entry)) throw new Obstacle(`${entry} is missing: run "npm run build" and start again.`);
        if (kept[name] === undefined) {
          kept[name] = await keepRunning({
            name,
            say,
            onChange: options.onChange,
            start: async () => serviceProcess(name, entry, logFile, plan),
          });
        } else {
          await kept[name].start();
        }
        await untilReady(name, kept[name], plan.ports[name], logFile);
      };
      return [name, { run, logFile, kept: () => kept[name] }];
    }),
  );

  const running = {};
  for (const name of plan.names) {
    running[name] = progress.step(
      name,
      async () => {
        // It reads the members' tables, which they make.
        if (name === 'issuer') await running.members;
        await services[name].run();
      },
      () => `127.0.0.1:${plan.ports[name]}`,
    );
  }
  const outcomes = await Promise.allSettled(Object.values(running));
  const failed = outcomes.find(({ status }) => status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  if (options.keepRunning ?? plan.mode !== 'test') for (const name of plan.names) kept[name].insist();
  return services;
}

function serviceProcess(name, entry, logFile, plan) {
  const leashed = spawnLeashed(process.execPath, ['--enable-source-maps', entry], {
    name,
    plan: stopPlan,
    cwd: root,
    logFile,
    // Two leashes: the service drains when its standard input ends, and is ended from outside when it does not.
    stdin: 'pipe',
    env: environmentOf(name, plan),
  });
  return { leashed, stop: () => leashed.stop() };
}

async function untilReady(name, service, port, logFile) {
  const how = await untilUp(port, { hasEnded: () => service.pid === null, withinMs: readyWithinMs });
  if (how === 'up') return;
  const { code, signal } = service.part.leashed.outcome ?? {};
  const what =
    how === 'ended'
      ? `${name} ended before it was ready (${signal ?? `exit code ${code}`})`
      : `${name} was not ready within ${readyWithinMs / 1000} s`;
  throw new Obstacle(`${what}: see ${logFile}, which ends:\n${lastLines(logFile, 8)}`);
}

function handle(plan, services, stop) {
  const of = (name) => {
    const service = services[name];
    if (service === undefined) throw new Error(`No service "${name}" here: ${plan.names.join(', ')}`);
    return service;
  };
  return {
    mode: plan.mode,
    dataDir: plan.dataDir,
    secrets: plan.secrets,
    ports: Object.fromEntries(plan.names.map((name) => [name, plan.ports[name]])),
    databases: plan.databases,
    kafka: plan.kafka,
    gateway: gatewayUrls(plan.ports.gateway),
    issuer: issuerUrl(plan.ports.issuer),
    get services() {
      return Object.fromEntries(
        plan.names
          .filter((name) => subgraphs.includes(name))
          .map((name) => [
            name,
            { url: graphqlUrl(plan.ports[name]), pid: services[name].kept().pid, port: plan.ports[name] },
          ]),
      );
    },
    pidOf: (name) => of(name).kept().pid,
    logOf: (name) => of(name).logFile,
    healthOf: (name) => healthOf(plan.ports[name]),
    environmentOf: (name) => environmentOf(name, plan),
    kill: (name) => of(name).kept().kill(),
    start: (name) => of(name).run(),
    async restart(name) {
      await of(name).kept().stop();
      await of(name).run();
    },
    stop,
  };
}

function entryOf(name) {
  if (name === 'gateway') return join(root, 'gateway', 'dist', 'main.js');
  if (name === 'issuer') return join(root, 'services', 'members', 'dist', 'issuer.js');
  return join(root, 'services', name, 'dist', 'main.js');
}

async function reservePorts(wanted, undo) {
  const preferred = wanted === 'default' ? defaultPorts : wanted;
  const ports = {};
  for (const name of ['gateway', 'issuer', ...subgraphs]) {
    const reservation = await reservePort(preferred === 'free' ? 'free' : (preferred[name] ?? 'free'));
    undo.push(() => reservation.release());
    ports[name] = reservation.port;
  }
  return ports;
}

/** A map is taken as it is; the URL of a server, by default the test run's, gets databases of its own. */
async function databasesOf(given, undo) {
  if (typeof given === 'object') return given;
  const adminUrl = given ?? process.env.TEST_DATABASE_URL;
  if (adminUrl === undefined) throw new Error('TEST_DATABASE_URL is not set: run with `npm test`, or pass `databases`');
  const { urls, drop } = await createTestDatabases(adminUrl, subgraphs);
  undo.push(drop);
  return urls;
}

function kafkaOf(given) {
  const brokers = given?.brokers ?? process.env.TEST_KAFKA_BROKERS;
  if (brokers === undefined) throw new Error('TEST_KAFKA_BROKERS is not set: run with `npm test`, or pass `kafka`');
  return { brokers, prefix: given?.prefix ?? `e${randomBytes(4).toString('hex')}.` };
}

function temporaryDirectory(undo) {
  const directory = mkdtempSync(join(tmpdir(), 'zhijia-stack-'));
  chmodSync(directory, 0o711);
  undo.push(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  return directory;
}

function once(work) {
  let promise;
  return () => (promise ??= work());
}
