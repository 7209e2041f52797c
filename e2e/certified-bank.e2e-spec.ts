import { mkdtempSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { tlsConfigOf } from '@zhijia/config';
import { aCertificate, type Certified } from '@zhijia/testing';
import { exportJWK, exportPKCS8, generateKeyPair } from 'jose';
/* eslint-disable @nx/enforce-module-boundaries -- Gateway and issuer meet here as their own tests start them. */
import { startPeople, startPlaces } from '../gateway/test/support/people-and-places.js';
import type { SmallSubgraph } from '../gateway/test/support/small-subgraph.js';
import { expectedAudiences, startTestGateway, type TestGateway } from '../gateway/test/support/start-test-gateway.js';
import { IssuerClientsStore } from '../services/members/src/identity/partners/issuer-clients.store.js';
import { RegisterPartnerClient } from '../services/members/src/identity/partners/register-partner-client.js';
import { OrganisationsStore } from '../services/members/src/organisations/organisations.store.js';
import { openIssuer, type IssuerWorld } from '../services/members/test/issuer-world.js';
/* eslint-enable @nx/enforce-module-boundaries */
import { openGuide, type Guide } from './support/guide.js';

/** The partners' guide where TLS ends at issuer and gateway, with nothing but the file that the page shows. */
describe('a partner bank with a certificate', () => {
  let guide: Guide;
  let issuer: IssuerWorld;
  let gateway: TestGateway;
  let subgraphs: SmallSubgraph[];
  let keyFile: string;
  const server = aCertificate('federation');
  const bank = aCertificate('bank');

  beforeAll(async () => {
    guide = openGuide('partners/README.md');
    const folder = mkdtempSync(join(tmpdir(), 'zhijia-certified-'));
    const tls = { TLS_CERTIFICATE_FILE: server.certificateFile, TLS_KEY_FILE: server.keyFile };
    issuer = await openIssuer([], tlsConfigOf(tls).tls);

    const { privateKey, publicKey } = await generateKeyPair('PS256', { extractable: true });
    keyFile = join(folder, 'bank.key');
    writeFileSync(keyFile, await exportPKCS8(privateKey));
    const registered = await new RegisterPartnerClient(
      new IssuerClientsStore(issuer.db),
      new OrganisationsStore(issuer.db),
    ).run(
      {
        client_id: 'first-bank',
        client_name: 'First Bank',
        jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: '2026-1', alg: 'PS256' }] },
        tls_client_certificate_bound_access_tokens: true,
      },
      'D1',
    );
    expect(registered.kind).toBe('registered');

    const jwksFile = join(folder, 'jwks.json');
    writeFileSync(jwksFile, await read(`${issuer.url}/jwks`, server));
    subgraphs = await Promise.all([startPeople(), startPlaces()]);
    gateway = await startTestGateway({
      subgraphs,
      issuers: [],
      trusted: [{ issuer: issuer.url, jwksFile, audiences: expectedAudiences, roles: ['bank-client'] }],
      env: tls,
    });
  });
  afterAll(async () => {
    guide.close();
    await gateway.stop();
    await Promise.all([issuer.close(), ...subgraphs.map((subgraph) => subgraph.stop())]);
  });

  /** What else opens nothing stands in `gateway/test/certificates.e2e-spec.ts`. */
  it('gets a token that is bound to it, and asks', async () => {
    const answer = await guide.run('certificate.js', [], {
      ISSUER: issuer.url,
      GATEWAY: `${gateway.url}/bank/graphql`,
      CLIENT_ID: 'first-bank',
      KEY_FILE: keyFile,
      CERTIFICATE_FILE: bank.certificateFile,
      CERTIFICATE_KEY_FILE: bank.keyFile,
      NODE_EXTRA_CA_CERTS: server.certificateFile,
    });
    expect(answer).toEqual({ data: { __typename: 'Query' } });
  });
});

/** The keys of an issuer whose certificate no machine knows but this test. */
function read(url: string, { cert }: Certified): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { ca: cert }, (answer) => void text(answer).then(resolve, reject)).on('error', reject);
  });
}
