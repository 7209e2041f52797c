import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '@zhijia/config';
import { readGatewayConfig } from './gateway.config.js';

describe('the configuration of the gateway', () => {
  let directory: string;
  let env: Record<string, string>;

  const audiences = { mobile: 'm', dashboard: 'd', bank: 'b' };
  const remote = { issuer: 'https://id.example', jwksUrl: 'https://id.example/jwks', audiences, roles: ['member'] };
  const publicKey = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' };

  const trust = (...issuers: object[]): void => writeFileSync(env['TRUSTED_ISSUERS_FILE']!, JSON.stringify(issuers));
  const problems = (): readonly string[] => {
    try {
      readGatewayConfig(env);
      return [];
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    }
  };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'zhijia-config-'));
    for (const name of Object.keys(audiences)) writeFileSync(join(directory, `${name}.graphql`), `# ${name}`);
    for (const name of Object.keys(audiences)) writeFileSync(join(directory, `${name}.json`), '{}');
    writeFileSync(join(directory, 'keys.json'), JSON.stringify({ keys: [publicKey] }));
    env = {
      SUPERGRAPH_DIR: directory,
      DOCUMENTS_DIR: directory,
      TRUSTED_ISSUERS_FILE: join(directory, 'issuers.json'),
      SUBGRAPH_URL_PEOPLE: 'http://127.0.0.1:4101',
      VIEWER_STATEMENT_KEY_PEOPLE: Buffer.alloc(32, 1).toString('base64url'),
    };
    trust(remote);
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('reads subgraphs, supergraphs and issuers', () => {
    const config = readGatewayConfig(env);
    expect(config.mode).toBe('production');
    expect(config.contracts.bank).toMatchObject({ supergraphSdl: '# bank', documents: { size: 0 } });
    expect(config.subgraphs).toEqual([
      { name: 'people', origin: 'http://127.0.0.1:4101', path: '/graphql', viewerStatementKey: Buffer.alloc(32, 1) },
    ]);
    expect(config.foreignPages).toEqual({ mobile: [], dashboard: [], bank: [] });
    expect(config.rateLimits.mobile?.member).not.toBeNull();
    expect(readGatewayConfig({ ...env, ZHIJIA_MODE: 'development' }).rateLimits).toEqual({});
    expect([...config.issuers.keys()]).toEqual(['https://id.example']);
  });

  it.each([
    [
      'a development issuer',
      { ...remote, development: true },
      /refuses https:\/\/id\.example: it is a development issuer/,
    ],
    [
      'keys from a file',
      { ...remote, jwksUrl: undefined, jwksFile: 'keys.json' },
      /refuses https:\/\/id\.example: its keys come from a file/,
    ],
    ['keys over plain HTTP', { ...remote, jwksUrl: 'http://id.example/jwks' }, /its jwksUrl is not https/],
  ])('refuses %s at a production start, by name', (_what, issuer, problem) => {
    trust(issuer);
    expect(problems()).toEqual([expect.stringMatching(problem)]);
    env['ZHIJIA_MODE'] = 'development';
    expect(problems()).toEqual([]);
  });

  it.each([
    ['no subgraph', () => delete env['SUBGRAPH_URL_PEOPLE'], /SUBGRAPH_URL_/],
    ['a subgraph without a key', () => delete env['VIEWER_STATEMENT_KEY_PEOPLE'], /VIEWER_STATEMENT_KEY_PEOPLE/],
    [
      'a subgraph under another path',
      () => (env['SUBGRAPH_URL_PEOPLE'] = 'http://a/b'),
      /SUBGRAPH_URL_PEOPLE: ends after/,
    ],
    ['a missing supergraph', () => rmSync(join(directory, 'bank.graphql')), /SUPERGRAPH_DIR: .*bank\.graphql/],
    ['no documents in production', () => delete env['DOCUMENTS_DIR'], /DOCUMENTS_DIR: production answers/],
    ['a missing manifest', () => rmSync(join(directory, 'bank.json')), /DOCUMENTS_DIR: .*bank\.json cannot be read/],
    [
      'a document under a name that is not its own',
      () => writeFileSync(join(directory, 'bank.json'), '{"sha256:ab":"{ a }"}'),
      /DOCUMENTS_DIR: .*bank\.json holds another document than its name sha256:ab says/,
    ],
    [
      "a page that is everybody's",
      () => (env['CORS_ORIGINS_MOBILE'] = 'https://app.example, *'),
      /CORS_ORIGINS_MOBILE: holds an origin/,
    ],
    ['a page with a path', () => (env['CORS_ORIGINS_DASHBOARD'] = 'https://a.example/b'), /CORS_ORIGINS_DASHBOARD/],
    [
      'rates that are none',
      () => {
        env['RATE_LIMITS_FILE'] = join(directory, 'rates.json');
        writeFileSync(
          env['RATE_LIMITS_FILE'],
          '{"mobile":{"member":{"requestsPerMinute":0,"costPerMinute":1},"client":null}}',
        );
      },
      /RATE_LIMITS_FILE mobile\.member\.requestsPerMinute/,
    ],
    ['no issuer', () => trust(), /TRUSTED_ISSUERS_FILE/],
    ['an issuer twice', () => trust(remote, remote), /stands there twice/],
    ['an issuer without keys', () => trust({ ...remote, jwksUrl: undefined }), /either jwksFile or jwksUrl/],
    ['a role that does not exist', () => trust({ ...remote, roles: ['king'] }), /TRUSTED_ISSUERS_FILE 0\.roles/],
    ['an algorithm with a shared secret', () => trust({ ...remote, algorithms: ['HS256'] }), /0\.algorithms\.0/],
    ['no algorithm', () => trust({ ...remote, algorithms: [] }), /0\.algorithms/],
    [
      'a translation into a role that the issuer may not assert',
      () => trust({ ...remote, claims: { roleNames: { boss: 'administrator' } } }),
      /0\.claims\.roleNames: translates/,
    ],
    ['a claim that is not mapped here', () => trust({ ...remote, claims: { email: 'mail' } }), /0\.claims/],
    ['a list that is no JSON', () => writeFileSync(env['TRUSTED_ISSUERS_FILE']!, '['), /cannot be read as JSON/],
  ])('names %s', (_what, spoil, problem) => {
    spoil();
    expect(problems()).toEqual([expect.stringMatching(problem)]);
  });

  it('refuses a key set that holds a private key', () => {
    writeFileSync(join(directory, 'keys.json'), JSON.stringify({ keys: [{ ...publicKey, d: 'secret' }] }));
    trust({ ...remote, jwksUrl: undefined, jwksFile: 'keys.json' });
    env['ZHIJIA_MODE'] = 'development';
    expect(problems()).toEqual([expect.stringMatching(/holds a private key/)]);
  });
});
