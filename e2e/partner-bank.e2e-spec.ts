import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, exportPKCS8, generateKeyPair } from 'jose';
import { aUnifiedCode, organisationsCsv, repository, runTool } from './support/county.js';
import { openGuide, type Guide } from './support/guide.js';
import { startPayingSubgraph } from './support/paying-subgraph.js';
import { openProduct, type Product } from './support/product.js';

/** What a partner bank's developer does, with the files that docs/partners shows and nothing else. */
describe('a partner bank', () => {
  let product: Product;
  let guide: Guide;
  let folder: string;
  let keyFile: string;
  const executed = new Set<string>(['client.js']);

  beforeAll(async () => {
    guide = openGuide('partners/README.md');
    folder = mkdtempSync(join(tmpdir(), 'zhijia-bank-'));
    keyFile = join(folder, 'bank.key');
    product = await openProduct({ issuer: true });
    const organisations = join(folder, 'organisations.csv');
    writeFileSync(organisations, organisationsCsv());
    const imported = await runTool('import', ['organisations', organisations], product.stack.environmentOf('members'));
    expect(imported.code).toBe(0);
  }, 120_000);
  afterAll(async () => {
    guide.close();
    await product.stop();
  });

  const environment = (gateway: string): Record<string, string> => ({
    ISSUER: product.stack.issuer,
    GATEWAY: gateway,
    CLIENT_ID: 'first-bank',
    KEY_FILE: keyFile,
  });
  const run = (file: string, args: readonly string[], gateway = product.stack.gateway.bank) => {
    executed.add(file);
    return guide.run(file, args, environment(gateway));
  };

  it('is registered with what the page says', async () => {
    const { privateKey, publicKey } = await generateKeyPair('PS256', { extractable: true });
    writeFileSync(keyFile, await exportPKCS8(privateKey));
    const registration = guide.json[0] as { client_id: string; jwks: { keys: object[] } };
    const { n } = await exportJWK(publicKey);
    registration.jwks.keys = registration.jwks.keys.map((key) => ({ ...key, n }));
    const file = join(folder, 'registration.json');
    writeFileSync(file, JSON.stringify(registration));
    const registered = await runTool(
      'identity',
      ['register', file, '--organisation', 'C'],
      product.stack.environmentOf('members'),
    );
    expect(registered).toMatchObject({ code: 0, stdout: '{"kind":"registered","clientId":"first-bank"}\n' });
  });

  it('gets a token and asks', async () => {
    expect(await run('ask.js', [aUnifiedCode(4)])).toEqual({ data: { registerEntry: { nameZh: '甲厂工会' } } });
  });

  it('is known by its signature, with the key that it registered', async () => {
    guide.add(
      'signed.js',
      `import { send } from './client.js';
       const answer = await send('{"query":"{ __typename }"}', { isSigned: true });
       console.log(JSON.stringify({ ...(await answer.json()), id: answer.headers.get('x-fapi-interaction-id') }));`,
    );
    expect(await run('signed.js', [])).toEqual({ data: { __typename: 'Query' }, id: expect.any(String) });
  });

  it('leaves a token that opens nothing for a thief', async () => {
    guide.add(
      'stolen.js',
      `const { fetch } = globalThis;
       let stolen;
       globalThis.fetch = (url, init) => {
         if (String(url) === process.env.GATEWAY) stolen = new Headers(init.headers).get('authorization');
         return fetch(url, init);
       };
       const { send } = await import('./client.js');
       await send('{"query":"{ __typename }"}');
       const answers = await Promise.all(['DPoP', 'Bearer'].map((scheme) =>
         fetch(process.env.GATEWAY, {
           method: 'POST',
           headers: { 'content-type': 'application/json', authorization: stolen.replace('DPoP', scheme) },
           body: '{"query":"{ __typename }"}',
         })));
       console.log(JSON.stringify(await Promise.all(answers.map((answer) => answer.json()))));`,
    );
    const refused = { errors: [{ message: expect.any(String), extensions: { code: 'PROOF_NOT_ACCEPTED' } }] };
    expect(await run('stolen.js', [])).toEqual([refused, refused]);
  });

  it('changes something once, though the first answers are lost', async () => {
    const paying = await startPayingSubgraph();
    const gateway = await startGatewayBefore(paying.supergraphSdl);
    try {
      const mutation = 'mutation ($input: PayInput!) { pay(input: $input) { fen isReplayed } }';
      const idempotencyKey = randomUUID();
      paying.loseAnswers(2);
      const input = JSON.stringify({ fen: 100, idempotencyKey });
      expect(await run('change.js', [mutation, input], gateway.url)).toEqual({
        data: { pay: { fen: 100, isReplayed: true } },
      });
      expect([...paying.paidFen]).toEqual([[idempotencyKey, 100]]);

      guide.add(
        'unsigned-change.js',
        `import { send } from './client.js';
         const [query, input] = process.argv.slice(2);
         const body = JSON.stringify({ query, variables: { input: JSON.parse(input) } });
         console.log(JSON.stringify(await (await send(body)).json()));`,
      );
      const unsigned = JSON.stringify({ fen: 200, idempotencyKey: randomUUID() });
      expect(await run('unsigned-change.js', [mutation, unsigned], gateway.url)).toMatchObject({
        errors: [{ extensions: { code: 'SIGNATURE_MISSING' } }],
      });
      expect(paying.paidFen.size).toBe(1);
    } finally {
      await gateway.stop();
      await paying.stop();
    }
  });

  it('has run every file of the page but those of other specs', () => {
    // A member is asked in a browser (`asking-for-consent.e2e-spec.ts`); a certificate needs TLS (`certified-bank.e2e-spec.ts`).
    expect(guide.files.filter((file) => !executed.has(file))).toEqual(['consent.js', 'certificate.js']);
  });

  /** The product's gateway for another graph, which trusts the product's own issuer. */
  async function startGatewayBefore(supergraphSdl: string) {
    const supergraph = join(folder, 'supergraph.graphql');
    writeFileSync(supergraph, supergraphSdl);
    const issuers = join(folder, 'issuers.json');
    const { issuer } = product.stack;
    const trusted = { issuer, jwksUrl: `${issuer}/jwks`, audiences: { bank: 'zhijia-bank' }, roles: ['bank-client'] };
    writeFileSync(issuers, JSON.stringify([trusted]));
    const child = spawn(
      process.execPath,
      ['tools/gateway.mjs', '--supergraph', supergraph, '--port', '0', '--audience', 'bank'],
      {
        cwd: repository,
        env: {
          ...process.env,
          NODE_OPTIONS: '',
          ZHIJIA_MODE: 'test',
          LOG_LEVEL: 'fatal',
          TRUSTED_ISSUERS_FILE: issuers,
          VIEWER_STATEMENT_KEY_PAYING: randomBytes(32).toString('base64url'),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    return { url: await addressOf(child), stop: () => endOf(child) };
  }
});

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let told = '';
    let complaints = '';
    child.stdout?.on('data', (chunk) => {
      told += String(chunk);
      if (told.startsWith('http') && told.endsWith('\n')) resolve(told.trim());
    });
    child.stderr?.on('data', (chunk) => (complaints += String(chunk)));
    child.once('close', () => reject(new Error(`The gateway did not serve: ${complaints}`)));
  });
}

function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('close', () => resolve());
    child.kill('SIGTERM');
  });
}
