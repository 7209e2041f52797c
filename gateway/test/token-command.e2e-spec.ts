import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { testIssuer, type TestIssuer } from '@zhijia/testing';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { expectedAudiences } from './support/start-test-gateway.js';

const command = fileURLToPath(new URL('../../tools/token.mjs', import.meta.url));
const organisationId = '0199d1a0-0000-7000-8000-0000000000aa';

describe('npm run token', () => {
  let dataDir: string;
  let issuer: TestIssuer;

  const run = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      const env = { ...process.env, NODE_OPTIONS: '', ZHIJIA_DATA_DIR: dataDir };
      execFile(process.execPath, [command, ...args], { env }, (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
      );
    });

  beforeAll(async () => {
    issuer = await testIssuer();
    dataDir = mkdtempSync(join(tmpdir(), 'zhijia-token-'));
    mkdirSync(join(dataDir, 'secrets'));
    writeFileSync(join(dataDir, 'secrets', 'issuer.jwk.json'), JSON.stringify(issuer.privateKey));
    writeFileSync(
      join(dataDir, 'trusted-issuers.json'),
      JSON.stringify([{ issuer: issuer.issuer, jwksFile: 'x', audiences: expectedAudiences, roles: ['chair'] }]),
    );
    const chair = { role: 'chair', organisationId };
    writeFileSync(
      join(dataDir, 'identities.json'),
      JSON.stringify([
        {
          name: 'member-1',
          audience: 'mobile',
          subject: 'm1',
          clientId: 'app',
          memberId: organisationId,
          roles: [],
          about: 'A member',
        },
        {
          name: 'union-chair',
          audience: 'dashboard',
          subject: 'c1',
          clientId: 'web',
          memberId: null,
          roles: [chair, chair],
          about: 'A chair',
        },
      ]),
    );
  });
  afterAll(() => rmSync(dataDir, { recursive: true }));

  it('prints a token alone, which the issuer of development signed', async () => {
    const { code, stdout, stderr } = await run('--as', 'union-chair');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const { payload } = await jwtVerify(stdout.trim(), createLocalJWKSet(issuer.jwks), {
      audience: 'zhijia-dashboard',
    });
    expect(payload).toMatchObject({ iss: issuer.issuer, sub: 'c1', client_id: 'web' });
    expect(payload['roles']).toHaveLength(2);
    expect(payload).not.toHaveProperty('member_id');
  });

  it('takes another audience when told to', async () => {
    const { stdout } = await run('--as', 'member-1', '--audience', 'bank');
    const { payload } = await jwtVerify(stdout.trim(), createLocalJWKSet(issuer.jwks), { audience: 'zhijia-bank' });
    expect(payload['member_id']).toBe(organisationId);
  });

  it('lists one identity a line: name, audience, roles', async () => {
    const { stdout } = await run('--list');
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/\s{2,}/)),
    ).toEqual([
      ['member-1', 'mobile', '-', 'A member'],
      ['union-chair', 'dashboard', 'chair', 'A chair'],
    ]);
  });

  it.each([
    [['--as', 'nobody'], /Nobody here is called nobody/],
    [['--as', 'member-1', '--audience', 'king'], /king is no audience/],
    [[], /Use it as/],
    [['--wrong'], /Use it as/],
  ])('says in a sentence why %j cannot be', async (args, sentence) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toContain('    at ');
  });
});
