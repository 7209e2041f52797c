import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aCertificate, testIssuer, until, type Certified, type TestIssuer } from '@zhijia/testing';
import { Agent, request } from 'undici';

import { proofOf, someKeys, tokenOf } from './support/partner.js';
import { startPeople, startPlaces } from './support/people-and-places.js';
import type { SmallSubgraph } from './support/small-subgraph.js';
import { listed, startTestGateway, type TestGateway } from './support/start-test-gateway.js';

describe('a token that is bound to a certificate', () => {
  let subgraphs: SmallSubgraph[];
  let issuer: TestIssuer;
  let server: Certified;
  let authority: Certified;
  let banks: Certified;
  let others: Certified;
  let token: string;
  const agents: Agent[] = [];

  beforeAll(async () => {
    subgraphs = await Promise.all([startPeople(), startPlaces()]);
    issuer = await testIssuer();
    server = aCertificate('gateway');
    authority = aCertificate('authority');
    banks = aCertificate('bank', authority);
    others = aCertificate('other');
    token = await tokenOf(issuer, { cnf: { 'x5t#S256': banks.thumbprint } });
  });
  afterAll(async () => {
    await Promise.all([...agents, ...subgraphs].map((one) => ('stop' in one ? one.stop() : one.destroy())));
  });

  const folderOf = (): string => mkdtempSync(join(tmpdir(), 'zhijia-certificates-'));

  function start(env: Record<string, string>): Promise<TestGateway> {
    return startTestGateway({
      subgraphs,
      issuers: [],
      trusted: [listed(issuer, folderOf(), { development: false })],
      env,
    });
  }

  /** A connection of its own, with this certificate or with none; what is sent over it, and what comes back. */
  function connect(url: string, certified: Certified | null, trusted = server) {
    const agent = new Agent({
      connect: { ca: trusted.cert, ...(certified === null ? {} : { cert: certified.cert, key: certified.key }) },
    });
    agents.push(agent);
    return async (headers: Record<string, string> = {}): Promise<unknown> => {
      const { statusCode, body } = await request(`${url}/bank/graphql`, {
        method: 'POST',
        dispatcher: agent,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
        body: '{"query":"{ me { id } }"}',
      });
      const answer = (await body.json()) as { errors?: { extensions: { code: string } }[] };
      return statusCode === 200 ? 200 : answer.errors?.[0]?.extensions.code;
    };
  }

  describe('where TLS ends at the gateway', () => {
    let gateway: TestGateway;
    beforeAll(async () => {
      gateway = await start({ TLS_CERTIFICATE_FILE: server.certificateFile, TLS_KEY_FILE: server.keyFile });
    });
    afterAll(() => gateway.stop());

    it('opens over a connection with that certificate, on every request and over a resumed one', async () => {
      expect(gateway.url).toMatch(/^https:/);
      const send = connect(gateway.url, banks);
      expect(await send()).toBe(200);
      expect(await send()).toBe(200);
      // The session is remembered by the client and gone on with, as clients do.
      expect(await send({ connection: 'close' })).toBe(200);
      expect(await send()).toBe(200);
    });

    it('opens nothing over any other, whatever the client says of itself', async () => {
      expect(await connect(gateway.url, null)()).toBe('CERTIFICATE_NOT_ACCEPTED');
      expect(await connect(gateway.url, others)()).toBe('CERTIFICATE_NOT_ACCEPTED');
      expect(await connect(gateway.url, others)({ 'client-cert': banks.header })).toBe('CERTIFICATE_NOT_ACCEPTED');
    });

    it('is no key for a proof', async () => {
      expect(await connect(gateway.url, banks)({ authorization: `DPoP ${token}` })).toBe('PROOF_NOT_ACCEPTED');
    });

    it('asks for both where it is bound to both', async () => {
      const keys = await someKeys();
      const both = await tokenOf(issuer, { cnf: { 'x5t#S256': banks.thumbprint, jkt: keys.thumbprint } });
      const proof = () => proofOf({ token: both, url: `${gateway.url}/bank/graphql` }, keys);
      const authorization = `DPoP ${both}`;
      expect(await connect(gateway.url, banks)({ authorization, dpop: await proof() })).toBe(200);
      expect(await connect(gateway.url, null)({ authorization, dpop: await proof() })).toBe('CERTIFICATE_NOT_ACCEPTED');
      expect(await connect(gateway.url, banks)({ authorization })).toBe('PROOF_NOT_ACCEPTED');
      expect(await connect(gateway.url, banks)({ authorization: `Bearer ${both}` })).toBe('PROOF_NOT_ACCEPTED');
    });

    it('lets those in who have neither certificate nor need of one', async () => {
      const keys = await someKeys();
      const bound = await tokenOf(issuer, { cnf: { jkt: keys.thumbprint } });
      const dpop = await proofOf({ token: bound, url: `${gateway.url}/bank/graphql` }, keys);
      expect(await connect(gateway.url, null)({ authorization: `DPoP ${bound}`, dpop })).toBe(200);
    });
  });

  it('goes on over a certificate of the gateway that was renewed, and over connections from before', async () => {
    const names = ['gateway.pem', 'gateway.key'].map((name) => join(folderOf(), name)) as [string, string];
    const write = ({ cert, key }: Certified): void => {
      writeFileSync(names[0], cert);
      writeFileSync(names[1], key);
    };
    write(server);
    const gateway = await start({ TLS_CERTIFICATE_FILE: names[0], TLS_KEY_FILE: names[1] });
    const before = connect(gateway.url, banks);
    expect(await before()).toBe(200);
    const renewed = aCertificate('renewed');
    write(renewed);
    await until(async () => (await connect(gateway.url, banks, renewed)().catch(() => null)) === 200 || undefined, {
      what: 'the renewed certificate',
    });
    expect(await before()).toBe(200);
    await gateway.stop();
  });

  it('opens with a certificate of the authority alone, where one is named', async () => {
    const gateway = await start({
      TLS_CERTIFICATE_FILE: server.certificateFile,
      TLS_KEY_FILE: server.keyFile,
      TLS_CLIENT_CA_FILE: authority.certificateFile,
    });
    const authorization = `Bearer ${await tokenOf(issuer, { cnf: { 'x5t#S256': others.thumbprint } })}`;
    expect(await connect(gateway.url, banks)()).toBe(200);
    expect(await connect(gateway.url, others)({ authorization })).toBe('CERTIFICATE_NOT_ACCEPTED');
    await gateway.stop();
  });

  it('opens with what a trusted proxy says of the connection', async () => {
    const gateway = await start({ CERTIFICATE_PROXIES: '127.0.0.0/8' });
    const send = connect(gateway.url, null);
    expect(await send({ 'client-cert': banks.header })).toBe(200);
    for (const header of [others.header, '', banks.header.slice(1, -1), ':AAAA:', encodeURIComponent(banks.cert)]) {
      expect(await send({ 'client-cert': header })).toBe('CERTIFICATE_NOT_ACCEPTED');
    }
    expect(await send()).toBe('CERTIFICATE_NOT_ACCEPTED');
    await gateway.stop();
  });

  it('opens nothing with what anybody else says', async () => {
    for (const env of [{}, { CERTIFICATE_PROXIES: '10.0.0.0/8' }] as Record<string, string>[]) {
      const gateway = await start(env);
      expect(await connect(gateway.url, null)({ 'client-cert': banks.header })).toBe('CERTIFICATE_NOT_ACCEPTED');
      await gateway.stop();
    }
  });

  it('is no token where it is bound to something unknown', async () => {
    const gateway = await start({});
    const authorization = `Bearer ${await tokenOf(issuer, { cnf: { kid: 'x' } })}`;
    expect(await connect(gateway.url, null)({ authorization })).toBe('TOKEN_MALFORMED');
    await gateway.stop();
  });
});
