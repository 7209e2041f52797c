import { writeFileSync, mkdtempSync } from 'node:fs';
import { BlockList } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsFiles } from '@zhijia/config';
import { row } from '@zhijia/database';
import { BlindIndex, FieldCipher, readKeyring } from '@zhijia/pii';
import { FormBrowser, freePort, openTestDatabase, until, type TestDatabase } from '@zhijia/testing';
import * as client from 'openid-client';
import { agencyDetailsType } from '../src/identity/asking/agency-details.js';
import type { CodeChannel, CodeMessage, CodePurpose } from '../src/identity/sign-in/code-channel.js';
import { identityOn } from '../src/identity/open-identity.js';
import { serveIssuer, type RunningIssuer } from '../src/identity/issuer/serve-issuer.js';
import { PersonalFields } from '../src/members/personal-fields.js';
import { membersMigrations } from '../src/migrations/index.js';
import { importsOn, memberFile, personalDataFiles, smallTree } from './builders.js';

export const redirectUri = 'http://127.0.0.1:1/callback';

const applications = [
  {
    client_id: 'member-app',
    audience: 'mobile',
    application_type: 'native',
    redirect_uris: ['http://127.0.0.1/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    authorization_details_types: [agencyDetailsType],
  },
];

/** Texts that would have gone to telephones, the last one last. */
class ShownCodes implements CodeChannel {
  readonly sent: { phone: string; code: string; purpose: CodePurpose }[] = [];

  async send(message: CodeMessage): Promise<void> {
    this.sent.push(message);
  }
}

/** An issuer on a database of its own with the small tree and a few members; TLS ends there where files are named. */
export async function openIssuer(memberLines: readonly string[], tls: TlsFiles | null = null) {
  const database: TestDatabase = await openTestDatabase({ migrations: membersMigrations });
  const files = personalDataFiles();
  const personal = new PersonalFields(
    new FieldCipher(readKeyring(files.piiKeyringFile)),
    new BlindIndex(readKeyring(files.piiIndexKeyFile)),
  );
  const imports = importsOn(database.dataSource, personal);
  await imports.organisations(smallTree);
  await imports.members(memberFile(...memberLines));

  const port = await freePort();
  const url = `${tls === null ? 'http' : 'https'}://127.0.0.1:${port}`;
  const applicationsFile = join(mkdtempSync(join(tmpdir(), 'zhijia-issuer-')), 'applications.json');
  writeFileSync(applicationsFile, JSON.stringify(applications));
  const codes = new ShownCodes();
  // A test stands where a proxy would, and says of its connections what a proxy would say.
  const thisMachine = new BlockList();
  thisMachine.addAddress('127.0.0.1');
  const start = (): Promise<RunningIssuer> =>
    serveIssuer(
      {
        mode: 'test',
        host: '127.0.0.1',
        port,
        databaseUrl: database.url,
        databasePoolSize: 4,
        ...files,
        issuerUrl: url,
        issuerName: 'Test',
        cookieKeys: ['a key of thirty-two characters or more'],
        applicationsFile,
        policyRegion: 'CN',
        sms: null,
        logLevel: 'fatal',
        leash: null,
        tls,
        certificateProxies: tls === null ? thisMachine : new BlockList(),
      },
      { channel: codes },
    );
  let issuer = await start();

  return {
    url,
    database,
    db: database.dataSource,
    personal,
    codes,
    ...identityOn(database.dataSource, personal),
    async restart(): Promise<void> {
      await issuer.stop();
      issuer = await start();
    },
    organisationId: async (code: string): Promise<string> =>
      (await row<{ id: string }>(database.dataSource, 'SELECT id FROM organisation WHERE code = $1', [code]))?.id ?? '',
    /** The code that this number was sent last. */
    codeFor: (phone: string): Promise<string> =>
      until(async () => codes.sent.findLast((message) => message.phone === phone)?.code, {
        what: `a code for ${phone}`,
      }),
    async close(): Promise<void> {
      await issuer.stop();
      await database.close();
    },
  };
}

export type IssuerWorld = Awaited<ReturnType<typeof openIssuer>>;

/** A public application as its developer would write it. */
export async function openApplication(world: IssuerWorld) {
  const config = await client.discovery(new URL(world.url), 'member-app', undefined, client.None(), {
    execute: [client.allowInsecureRequests],
  });
  const begin = async (more: Readonly<Record<string, string>> = {}, browser = new FormBrowser(world.url)) => {
    const verifier = client.randomPKCECodeVerifier();
    const parameters = {
      redirect_uri: redirectUri,
      scope: 'openid graph',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state: client.randomState(),
      ...more,
    };
    const page = await browser.get(client.buildAuthorizationUrl(config, parameters).href);
    return { verifier, state: parameters.state, browser, page };
  };
  const finish = (location: string, { verifier, state }: { verifier: string; state: string }) =>
    client.authorizationCodeGrant(config, new URL(location), { pkceCodeVerifier: verifier, expectedState: state });
  return { config, begin, finish };
}
