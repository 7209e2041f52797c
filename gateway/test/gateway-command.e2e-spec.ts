import { spawn } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { testIssuer, until } from '@zhijia/testing';
import { startPeople, startPlaces } from './support/people-and-places.js';
import type { SmallSubgraph } from './support/small-subgraph.js';
import { composeSupergraph } from './support/stand-alone.js';
import { listed } from './support/start-test-gateway.js';

const command = fileURLToPath(new URL('../../tools/gateway.mjs', import.meta.url));

interface Running {
  url: string;
  /** What it wrote to stderr so far. */
  log(): string;
  stop(): Promise<number>;
}

describe('npm run gateway', () => {
  let people: SmallSubgraph;
  let places: SmallSubgraph;
  let directory: string;
  let file: string;
  const running: Running[] = [];

  beforeAll(async () => {
    [people, places] = await Promise.all([startPeople(), startPlaces()]);
    directory = mkdtempSync(join(tmpdir(), 'zhijia-gateway-command-'));
    file = join(directory, 'supergraph.graphql');
  });
  beforeEach(() => writeFileSync(file, supergraph()));
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.stop()));
  });
  afterAll(async () => {
    await Promise.all([people.stop(), places.stop()]);
    rmSync(directory, { recursive: true });
  });

  const supergraph = (change: (typeDefs: string) => string = (same) => same): string =>
    composeSupergraph(
      [people, places].map(({ name, typeDefs, url }) => ({ name, typeDefs: change(typeDefs), url: `${url}/graphql` })),
    );

  const start = (args: readonly string[], env: Record<string, string> = {}) => {
    const child = spawn(process.execPath, [command, ...args], {
      env: { ...process.env, NODE_OPTIONS: '', LOG_LEVEL: 'fatal', ZHIJIA_MODE: 'test', ...env },
    });
    let stdout = '';
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));
    const ended = new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? 1)));
    const serving = new Promise<string>((resolve) => {
      child.stdout.on('data', (chunk) => {
        stdout += String(chunk);
        if (stdout.startsWith('http') && stdout.endsWith('\n')) resolve(stdout.trim());
      });
    });
    const stop = (): Promise<number> => {
      child.kill('SIGTERM');
      return ended;
    };
    return { serving, stop, log: () => stderr, ended: ended.then((code) => ({ code, stdout, stderr })) };
  };

  const serve = async (args: readonly string[], env?: Record<string, string>): Promise<Running> => {
    const started = start(['--port', '0', ...args], env);
    const url = await Promise.race([
      started.serving,
      started.ended.then(({ stderr }): never => {
        throw new Error(`Did not serve: ${stderr}`);
      }),
    ]);
    const gateway = { url, stop: started.stop, log: started.log };
    running.push(gateway);
    return gateway;
  };

  const ask = async (url: string, query: string, headers: Record<string, string> = {}) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
      body: JSON.stringify({ query }),
    });
    return { status: response.status, body: await response.json() };
  };

  it('tells how it is used', async () => {
    const { code, stdout } = await start(['--help']).ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/npm run gateway -- --supergraph <file>.*--no-identity/s);
  });

  it.each([
    ['no supergraph', [], /No supergraph is named/],
    ['an option nobody knows', ['--supergrpah', 'x'], /Unknown option '--supergrpah'.*Use it as/s],
    [
      'a file that is not there',
      ['--supergraph', 'nowhere.graphql', '--no-identity'],
      /nowhere\.graphql cannot be read: name/,
    ],
    ['a port that is none', ['--supergraph', 'x', '--port', '99999'], /--port takes a number up to 65535/],
    ['an audience that is none', ['--supergraph', 'x', '--audience', 'all'], /all is no audience/],
    ['a place without a URL', ['--supergraph', 'x', '--subgraph', 'people'], /--subgraph takes <name>=<url>/],
  ])('says in one sentence what stands in the way: %s', async (_what, args, sentence) => {
    const { code, stdout, stderr } = await start(args).ended;
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toMatch(/\n {4}at /);
  });

  it('says so of a supergraph that nothing can serve', async () => {
    writeFileSync(file, supergraph().replace(/^type Query[^}]*}/m, ''));
    const { code, stderr } = await start(['--supergraph', file, '--no-identity']).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The supergraph cannot be served \(.*\): compose it anew\.\n$/s);
  });

  it('says so of a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await start(['--supergraph', file, '--no-identity', '--port', `${port}`]).ended;
    expect([code, stderr]).toEqual([1, `Port ${port} is taken: pass another one as --port.\n`]);
    other.close();
  });

  it('lets in whose token is right, and tells subgraphs who it is', async () => {
    const issuer = await testIssuer();
    const issuers = join(directory, 'issuers.json');
    writeFileSync(issuers, JSON.stringify([listed(issuer, directory)]));
    const { url } = await serve(['--supergraph', file], {
      TRUSTED_ISSUERS_FILE: issuers,
      VIEWER_STATEMENT_KEY_PEOPLE: people.key.toString('base64url'),
      VIEWER_STATEMENT_KEY_PLACES: places.key.toString('base64url'),
    });
    expect((await ask(url, '{ me { name } }')).status).toBe(401);
    const authorization = `Bearer ${await issuer.token({ subject: 'ada' })}`;
    expect((await ask(url, '{ me { name home { town } } }', { authorization })).body).toEqual({
      data: { me: { name: 'ada', home: { town: 'Town 1' } } },
    });
  });

  it('says which key it misses', async () => {
    const issuer = await testIssuer();
    const issuers = join(directory, 'issuers.json');
    writeFileSync(issuers, JSON.stringify([listed(issuer, directory)]));
    const { code, stderr } = await start(['--supergraph', file], { TRUSTED_ISSUERS_FILE: issuers }).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/VIEWER_STATEMENT_KEY_PEOPLE: the key for statements to people/);
  });

  it('without identity tells subgraphs nothing of anybody', async () => {
    const seen: unknown[] = [];
    const open = createServer((request, response) => {
      seen.push(request.headers);
      response.setHeader('content-type', 'application/json').end('{"data":{"pocket":"open"}}');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => open.once('listening', resolve));
    const place = `http://127.0.0.1:${(open.address() as AddressInfo).port}/any/path?at=all`;
    const { url } = await serve(['--supergraph', file, '--no-identity', '--subgraph', `people=${place}`]);
    const { body } = await ask(url, '{ pocket }', { authorization: 'Bearer x', cookie: 'a=b' });
    expect(body).toEqual({ data: { pocket: 'open' } });
    expect(seen).toHaveLength(1);
    expect(JSON.stringify(seen)).not.toMatch(/viewer|authorization|cookie/i);
    open.close();
  });

  it('takes a changed file over and drops nothing; one that cannot be served changes nothing', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    let asked = 0;
    const open = createServer((_request, response) => {
      asked += 1;
      const answer = (): unknown =>
        response.setHeader('content-type', 'application/json').end('{"data":{"pocket":"open","purse":"full"}}');
      if (asked === 1) void held.then(answer);
      else answer();
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => open.once('listening', resolve));
    const place = `http://127.0.0.1:${(open.address() as AddressInfo).port}/`;
    const gateway = await serve(['--supergraph', file, '--no-identity', '--subgraph', `people=${place}`], {
      LOG_LEVEL: 'error',
    });
    const replaceFile = (text: string): void => {
      writeFileSync(`${file}.new`, text);
      renameSync(`${file}.new`, file);
    };

    const before = ask(gateway.url, '{ pocket }');
    await until(async () => asked === 1, { what: 'the operation to be under way' });
    replaceFile(supergraph((typeDefs) => typeDefs.replace('fails: String', 'purse: String')));
    await until(async () => (await ask(gateway.url, '{ purse }')).status === 200, { what: 'the new graph serves' });
    release();
    expect((await before).body).toEqual({ data: { pocket: 'open' } });

    replaceFile('type Query');
    await until(async () => gateway.log().includes('cannot be served'), { what: 'the broken file was read' });
    expect((await ask(gateway.url, '{ purse }')).status).toBe(200);
    replaceFile(supergraph((typeDefs) => typeDefs.replace('fails: String', 'wallet: String')));
    await until(async () => (await ask(gateway.url, '{ wallet }')).status === 200, { what: 'the mended graph serves' });
    open.close();
  });

  it('ends when it is told to, and gives its port back', async () => {
    const gateway = await serve(['--supergraph', file, '--no-identity']);
    expect(await gateway.stop()).toBe(0);
    const { port } = new URL(gateway.url);
    await expect(
      new Promise((resolve, reject) => connect(Number(port), '127.0.0.1').on('connect', resolve).on('error', reject)),
    ).rejects.toThrow('ECONNREFUSED');
  });
});
