import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { spawnLeashed } from './leash.mjs';
import { endOf, lastLines, tailOf } from './logs.mjs';
import { Obstacle, asObstacle } from './obstacle.mjs';
import { reservePort } from './ports.mjs';
import { makeOwnDirectory, preparePostgresHome } from './postgres-home.mjs';
import { commandLineOf, identityOf } from './process-identity.mjs';

/** Fast shutdown; then without waiting for a checkpoint, which the next start makes good by recovery. */
const stopPlan = 'INT:30 QUIT:10';
const stopAtOncePlan = 'QUIT:5';

/** A crash before may leave minutes of log to replay. */
const readyWithinMs = 300_000;

/**
 * Values of rows must not reach a log by way of an error message. The message itself quotes them too (`invalid input
 * syntax for type uuid: "..."`), so the server logs no error of a statement: services log its SQLSTATE and constraint.
 * LOG ranks above ERROR: starts, checkpoints, crashes and refused logins stay.
 */
const privacy = {
  log_min_messages: 'log',
  log_error_verbosity: 'terse',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  log_min_error_statement: 'panic',
};

const profiles = {
  demonstration: { fsync: 'on', synchronous_commit: 'on', max_connections: '200', shared_buffers: '256MB' },
  /** Data that nobody misses after a crash of the machine. */
  testing: {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    max_connections: '400',
    shared_buffers: '256MB',
  },
};

/**
 * Starts a PostgreSQL of our own on the loopback, over TCP alone, and waits until it answers.
 *
 * @param {object} options
 * @param {string} options.directory the cluster; made when it is not there
 * @param {number | 'free'} options.port
 * @param {string} options.password of the superuser `postgres`
 * @param {'demonstration' | 'testing'} options.profile
 * @param {string} options.logFile
 * @returns `{ port, adminUrl, leashed, stop }`
 */
export async function startPostgres({ directory, port: preferred, password, profile, logFile }) {
  const home = await preparePostgresHome(directory);
  await initialise(home, password, logFile);

  for (let attempt = 1; ; attempt += 1) {
    const reservation = await reservePort(preferred);
    const { port } = reservation;
    const logStart = endOf(logFile);
    const leashed = spawnLeashed(home.programs.postgres, flags(home.cluster, port, profile), {
      plan: profile === 'testing' ? stopAtOncePlan : stopPlan,
      owner: home.owner,
      logFile,
      env: serverEnvironment(),
    });
    const adminUrl = `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;
    try {
      await untilReady(leashed, adminUrl);
    } catch (error) {
      await leashed.stop();
      reservation.release();
      const said = tailOf(logFile, logStart);
      if (leashed.outcome !== null && attempt < 8 && (await canTryAgain(said, home.cluster))) continue;
      throw explain(error, said, home.cluster, logFile);
    }
    return {
      port,
      adminUrl,
      leashed,
      stop: async () => {
        await leashed.stop();
        reservation.release();
      },
    };
  }
}

function flags(cluster, port, profile) {
  const settings = {
    ...privacy,
    ...profiles[profile],
    listen_addresses: '127.0.0.1',
    // A socket file would need a directory that both its user and ours may write; nobody here needs one.
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
  };
  return [
    '-D',
    cluster,
    '-p',
    String(port),
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

/** initdb in a directory beside, then one rename: a cluster is there whole or not at all. */
async function initialise({ owner, programs, cluster }, password, logFile) {
  const parent = dirname(cluster);
  for (const name of readdirSync(parent)) {
    if (name.startsWith(`${basename(cluster)}.partial-`)) rmSync(join(parent, name), { recursive: true, force: true });
  }
  if (existsSync(join(cluster, 'PG_VERSION'))) return;
  if (existsSync(cluster) && readdirSync(cluster).length > 0) {
    throw new Obstacle(
      `${cluster} is not a PostgreSQL cluster and not empty: move it away, or start with --fresh to throw it away.`,
    );
  }
  rmSync(cluster, { recursive: true, force: true });
  const partial = `${cluster}.partial-${randomBytes(4).toString('hex')}`;
  makeOwnDirectory(partial, owner);
  const passwordFile = `${partial}.password`;
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600, flag: 'wx' });
  if (owner.uid !== undefined) chownSync(passwordFile, owner.uid, owner.gid);
  const logStart = endOf(logFile);
  try {
    const { code, error } = await spawnLeashed(
      programs.initdb,
      [
        `--pgdata=${partial}`,
        '--username=postgres',
        '--auth=scram-sha-256',
        `--pwfile=${passwordFile}`,
        '--encoding=UTF8',
        '--locale=C.UTF-8',
      ],
      { plan: '-TERM:5', owner, logFile, env: serverEnvironment() },
    ).exited;
    if (code !== 0) {
      rmSync(partial, { recursive: true, force: true });
      throw explain(error ?? new Error(`initdb ended with ${code}`), tailOf(logFile, logStart), cluster, logFile);
    }
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(partial, cluster);
}

async function untilReady(leashed, adminUrl) {
  const { default: pg } = await import('pg');
  const deadline = Date.now() + readyWithinMs;
  for (;;) {
    if (!leashed.isRunning) throw new Error('PostgreSQL ended before it was ready');
    const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 2_000 });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      await client.end().catch(() => {});
      // Refused by what answers: no waiting helps.
      if (error.code === '28P01' || error.code === '28000') throw error;
      if (Date.now() > deadline) throw new Error('PostgreSQL did not become ready in time', { cause: error });
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What goes away by itself, or by taking another port. */
async function canTryAgain(said, cluster) {
  if (/could not create any TCP\/IP sockets|could not bind/.test(said)) return true;
  if (/pre-existing shared memory block/.test(said)) {
    // The last server's backends are still noticing that their postmaster was killed.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    return true;
  }
  if (/lock file "postmaster\.pid" (already exists|is empty)/.test(said)) return endLeftOver(cluster);
  return false;
}

/**
 * The data directory's lock is ours, so whoever else serves this cluster was left behind by a supervisor that was
 * killed; a pid that meanwhile belongs to another program is only a stale file.
 */
async function endLeftOver(cluster) {
  const pidFile = join(cluster, 'postmaster.pid');
  const pid = Number.parseInt(existsSync(pidFile) ? readFileSync(pidFile, 'utf8') : '', 10);
  const identity = identityOf(pid);
  if (identity === null || !commandLineOf(pid).includes(cluster)) {
    rmSync(pidFile, { force: true });
    return true;
  }
  for (const [signal, seconds] of [
    ['SIGINT', 20],
    ['SIGQUIT', 10],
  ]) {
    if (identityOf(pid) === identity) process.kill(pid, signal);
    for (let tenths = seconds * 10; tenths > 0 && identityOf(pid) === identity; tenths -= 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  return identityOf(pid) !== identity;
}

function explain(error, said, cluster, logFile) {
  const known = asObstacle({ code: error.code, message: `${error.message} ${said}` }, cluster);
  if (known instanceof Obstacle) return known;
  if (error.code === '28P01' || error.code === '28000') {
    return new Obstacle(
      `The PostgreSQL in ${cluster} does not take the password in the secrets beside it: put the old secrets back, or start with --fresh to begin anew.`,
    );
  }
  if (/database files are incompatible|was initialized by PostgreSQL version/.test(said)) {
    return new Obstacle(
      `The data in ${cluster} was written by another version of PostgreSQL: start with --fresh to begin anew, or move it away.`,
    );
  }
  return new Obstacle(
    `PostgreSQL does not start (${error.message}): see ${logFile}, which ends:\n${lastLines(logFile)}`,
  );
}

function serverEnvironment() {
  return { PATH: process.env.PATH ?? '', LC_MESSAGES: 'C', LC_ALL: 'C.UTF-8', TZ: 'UTC' };
}
