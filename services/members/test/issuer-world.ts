import { writeFileSync, mkdtempSync } from 'node:fs';
import { BlockList, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { row } from '@zhijia/database';
import { BlindIndex, FieldCipher, readKeyring } from '@zhijia/pii';
import { openTestDatabase, until, type TestDatabase } from '@zhijia/testing';
import * as client from 'openid-client';
import { agencyDetailsType } from '../src/identity/agency-details.js';
import type { CodeChannel, CodeMessage, CodePurpose } from '../src/identity/code-channel.js';
import { serveIssuer, type RunningIssuer } from '../src/identity/serve-issuer.js';
import { PersonalFields } from '../src/members/personal-fields.js';
import { membersMigrations } from '../src/migrations/index.js';
import { aMemberLine, importsOn, memberFile, personalDataFiles, smallTree } from './builders.js';

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

/** An issuer on a database of its own with the small tree and a few members. */
export async function openIssuer(memberLines: readonly string[]) {
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
  const url = `http://127.0.0.1:${port}`;
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
        tls: null,
        certificateProxies: thisMachine,
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

/** A browser as far as signing in needs one: it keeps cookies and follows redirects by hand. */
export class Browser {
  private readonly cookies = new Map<string, string>();

  constructor(private readonly origin: string) {}

  async get(url: string): Promise<Page> {
    return this.send(url, {});
  }

  async submit(url: string, form: Readonly<Record<string, string>>): Promise<Page> {
    return this.send(url, { method: 'POST', body: new URLSearchParams(form) });
  }

  private async send(url: string, init: RequestInit): Promise<Page> {
    const response = await fetch(new URL(url, this.origin), {
      ...init,
      redirect: 'manual',
      headers: { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const location = response.headers.get('location');
    const text = await response.text();
    if (location === null || location.startsWith(redirectUri)) {
      return { status: response.status, text, location, headers: response.headers };
    }
    return this.get(location);
  }
}

export interface Page {
  readonly status: number;
  readonly text: string;
  /** Where the application would be opened again. */
  readonly location: string | null;
  readonly headers: Headers;
}

/** The address a form on a page is sent to. */
export function formOf(page: Page): string {
  const action = /<form method="post" action="([^"]+)"/.exec(page.text)?.[1];
  if (action === undefined) throw new Error(`No form here:\n${page.text}`);
  return action;
}

/** A public application as its developer would write it. */
export async function openApplication(world: IssuerWorld) {
  const config = await client.discovery(new URL(world.url), 'member-app', undefined, client.None(), {
    execute: [client.allowInsecureRequests],
  });
  const begin = async (more: Readonly<Record<string, string>> = {}, browser = new Browser(world.url)) => {
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

export function membersNumbered(...orders: readonly number[]): string[] {
  return orders.map((order) => aMemberLine(order));
}

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
