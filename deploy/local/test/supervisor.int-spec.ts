import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { until } from '@zhijia/testing';
import { findCommand } from '../src/find-command.mjs';
import { isAlive } from '../src/process-identity.mjs';

const program = fileURLToPath(new URL('./start-with-fakes.mjs', import.meta.url));
const stackCommand = fileURLToPath(new URL('../src/stack.mjs', import.meta.url));

interface State {
  ports: Record<string, number>;
  databases: Record<string, string>;
  servers: Record<string, { pid: number }>;
  services: Record<string, { pid: number }>;
  startedInMs: number;
}

/** One start of the whole stack with fake services, on the data directory of the test. */
class Start {
  readonly process: ChildProcess;
  said = '';
  private out = '';

  constructor(dataDir: string, args: readonly string[] = [], env: Record<string, string> = {}) {
    this.process = spawn(process.execPath, [program, '--members', '0', ...args], {
      env: { ...process.env, NODE_OPTIONS: '', ZHIJIA_DATA_DIR: dataDir, ...env },
    });
    this.process.stdout?.on('data', (chunk: Buffer) => (this.out += chunk.toString()));
    this.process.stderr?.on('data', (chunk: Buffer) => (this.said += chunk.toString()));
  }

  async ready(): Promise<State> {
    await until(async () => this.out.endsWith('\n') || this.process.exitCode !== null, {
      what: 'the stack to be ready',
      withinMs: 60_000,
    });
    if (this.out === '') throw new Error(this.said);
    return JSON.parse(this.out) as State;
  }

  async ended(): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, 'exit');
    return this.process.exitCode;
  }

  async end(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    this.process.kill(signal);
    return this.ended();
  }
}

interface Known {
  pid: number;
  identity: string;
  name: string;
}

function remembered(dataDir: string): Known[] {
  const file = join(dataDir, 'processes.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Known[]) : [];
}

async function query(url: string | undefined, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as unknown[];
  } finally {
    await client.end();
  }
}

describe('npm start', () => {
  const starts: Start[] = [];
  let dataDir: string;

  // One directory for all: each test goes on with what the one before left, as people do.
  beforeAll(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'zhijia-start-'));
    chmodSync(dataDir, 0o711);
  });
  afterEach(async () => {
    for (const each of starts.splice(0)) await each.end('SIGTERM');
  });
  afterAll(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 }));

  function start(args?: readonly string[], env?: Record<string, string>): Start {
    const started = new Start(dataDir, args, env);
    starts.push(started);
    return started;
  }

  it('keeps the data from one start to the next, and --fresh throws them away', async () => {
    const first = start();
    const { databases } = await first.ready();
    await query(databases['members'], 'CREATE TABLE kept (id integer)');
    const running = remembered(dataDir);
    expect(await first.end()).toBe(0);
    expect(running.map(({ name }) => name).sort()).toEqual([
      'benefits',
      'evaluations',
      'gateway',
      'java',
      'members',
      'postgres',
      'timebank',
    ]);
    expect(running.filter(isAlive)).toEqual([]);

    const second = start();
    const again = await second.ready();
    expect(await query(again.databases['members'], "SELECT to_regclass('kept') IS NOT NULL AS there")).toEqual([
      { there: true },
    ]);
    await second.end();

    const third = start(['--fresh']);
    const anew = await third.ready();
    expect(await query(anew.databases['members'], "SELECT to_regclass('kept') IS NOT NULL AS there")).toEqual([
      { there: false },
    ]);
  });

  it('keeps values of rows out of the log and one service out of the database of another', async () => {
    const { databases } = await start().ready();
    await query(databases['members'], 'CREATE TABLE person (number text UNIQUE)');
    await expect(
      query(databases['members'], "INSERT INTO person VALUES ('460000199001010011'), ('460000199001010011')"),
    ).rejects.toMatchObject({ code: '23505' });
    expect(readFileSync(join(dataDir, 'logs', 'postgres.log'), 'utf8')).not.toContain('460000199001010011');
    const foreign = new URL(databases['benefits'] ?? '');
    foreign.pathname = '/members';
    await expect(query(foreign.toString(), 'SELECT 1')).rejects.toMatchObject({ code: '42501' });
  });

  it('tells its status, and a second start on the same data says who is there', async () => {
    const { startedInMs } = await start().ready();
    const second = start();
    expect(await second.ended()).toBe(1);
    expect(second.said).toMatch(/Another start \(process \d+\) uses .* ZHIJIA_DATA_DIR to another directory\./);

    const env = { ...process.env, ZHIJIA_DATA_DIR: dataDir };
    const told = spawnSync(process.execPath, [stackCommand, 'status', '--json'], { env, encoding: 'utf8' });
    expect(told.status).toBe(0);
    const status = JSON.parse(told.stdout) as Record<string, Record<string, unknown>>;
    expect(Object.keys(status)).toEqual(['ready', 'gateway', 'services', 'databases', 'kafka', 'startedInMs']);
    expect(status['ready']).toBe(true);
    expect(status['startedInMs']).toBe(startedInMs);
    expect(Object.keys(status['gateway'] ?? {})).toEqual(['mobile', 'dashboard', 'bank']);
    expect(status['services']?.['members']).toEqual({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/graphql$/) as string,
      health: 'ready',
      pid: expect.any(Number) as number,
    });

    const down = spawnSync(process.execPath, [stackCommand, 'down'], { env, encoding: 'utf8' });
    expect(down.status).toBe(0);
    expect(spawnSync(process.execPath, [stackCommand, 'status'], { env }).status).toBe(1);
  });

  it('leaves no process behind when it is killed, and starts again on what it left', async () => {
    const first = start();
    await first.ready();
    const running = remembered(dataDir);
    await first.end('SIGKILL');
    await until(async () => running.filter(isAlive).length === 0, { what: 'the leash to end everything' });
    await start().ready();
  });

  it('heals a data directory that was half written when it was killed', async () => {
    for (const mark of ['postgres.partial-', 'partial-']) {
      const killed = start(['--fresh']);
      await until(async () => hasEntry(dataDir, mark) || hasEntry(join(dataDir, 'kafka'), mark), {
        what: `a directory ${mark}`,
        everyMs: 2,
      });
      await killed.end('SIGKILL');
    }
    await start().ready();
    expect(readdirSync(dataDir).filter((name) => name.includes('.partial-'))).toEqual([]);
  });

  it('waits for what a killed supervisor left without a leash, and ends it', async () => {
    const first = start();
    const { servers } = await first.ready();
    const orphan = spawn('sleep', ['600'], { stdio: 'ignore' });
    await first.end();
    const { identityOf } = await import('../src/process-identity.mjs');
    writeFileSync(
      join(dataDir, 'processes.json'),
      JSON.stringify([
        { name: 'members', pid: orphan.pid, identity: identityOf(orphan.pid ?? 0) },
        // A pid that meanwhile is another's: this test.
        { name: 'kafka', pid: process.pid, identity: `${servers['kafka']?.pid}@gone` },
      ]),
    );
    await start().ready();
    expect(orphan.signalCode ?? (await once(orphan, 'exit'))[1]).toBe('SIGTERM');
  });

  it('takes the next port when one is in use, and starts again what ends, servers too', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const preferred = JSON.stringify({ gateway: port });
    const { ports, servers, databases } = await start([], { FAKE_PORTS: preferred }).ready();
    taken.close();
    expect(ports['gateway']).toBeGreaterThan(port);

    await fetch(`http://127.0.0.1:${ports['members']}/crash`).catch(() => {});
    process.kill(servers['postgres']?.pid ?? 0, 'SIGKILL');
    const answers = (work: () => Promise<unknown>) => () => work().then(Boolean, () => false);
    await until(
      answers(() => fetch(`http://127.0.0.1:${ports['members']}/health/ready`)),
      { what: 'members again' },
    );
    await until(
      answers(() => query(databases['members'], 'SELECT 1')),
      { what: 'PostgreSQL again' },
    );
  });

  it('says what is missing in one sentence, before it does anything', async () => {
    const bin = join(dataDir, 'bin');
    mkdirSync(bin, { recursive: true });
    for (const name of ['sh', 'id', 'npm']) symlinkSync(findCommand(name) ?? '', join(bin, name));
    const javaless = start([], { PATH: bin, JAVA_HOME: '' });
    expect(await javaless.ended()).toBe(1);
    expect(javaless.said.trim()).toBe(
      'Java is missing: install Java 17 or newer (on Debian: apt install openjdk-17-jre-headless), or set KAFKA_BROKERS to an existing Kafka, and start again.',
    );
    const old = join(dataDir, 'old');
    mkdirSync(old);
    writeFileSync(join(old, 'java'), '#!/bin/sh\necho \'openjdk version "11.0.2"\' >&2\n', { mode: 0o755 });
    const elder = start([], { PATH: `${old}${delimiter}${bin}`, JAVA_HOME: '' });
    expect(await elder.ended()).toBe(1);
    expect(elder.said).toMatch(/java is Java 11 and Kafka needs 17: .* start again\./);

    const brokerless = start([], { KAFKA_BROKERS: '127.0.0.1:9' });
    expect(await brokerless.ended()).toBe(1);
    expect(brokerless.said).toMatch(/KAFKA_BROKERS names 127\.0\.0\.1:9, where no Kafka answers: /);
  });

  it('uses the servers that the environment names and starts none of its own', async () => {
    const url = process.env['TEST_DATABASE_URL'] ?? '';
    const existing = ['MEMBERS', 'TIMEBANK', 'EVALUATIONS', 'BENEFITS'].map((name) => [`DATABASE_URL_${name}`, url]);
    const { servers, databases } = await start([], {
      ...Object.fromEntries(existing),
      KAFKA_BROKERS: process.env['TEST_KAFKA_BROKERS'] ?? '',
    }).ready();
    expect(servers).toEqual({});
    expect(databases['members']).toBe(url);
  });
});

/** Whether the folder is there and has such an entry: it may go between two questions, so one question asks both. */
function hasEntry(folder: string, start: string): boolean {
  try {
    return readdirSync(folder).some((name) => name.startsWith(start));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
