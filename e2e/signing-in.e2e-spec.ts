import { createServer, type Server } from 'node:http';
import { readFileSync } from 'node:fs';
import * as openid from 'openid-client';
import { hasBrowser, openBrowser } from '@zhijia/testing/browser';
import type { Page } from 'playwright-core';
import { countyMembers, importCounty, phoneOf, runTool, type County } from './support/county.js';
import { codeFor } from './support/one-time-codes.js';
import { openProduct, type Product } from './support/product.js';

const members = countyMembers(8);
const overHttp = { execute: [openid.allowInsecureRequests] };

describe('signing in', () => {
  let product: Product;
  let county: County;

  beforeAll(async () => {
    product = await openProduct({ issuer: true });
    county = await importCounty(product, members);
  }, 120_000);
  afterAll(() => product.stop());

  async function ask(audience: 'mobile' | 'dashboard', token: string, query: string) {
    const response = await fetch(product.stack.gateway[audience], {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query }),
    });
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a journey says what it asked for
    return (await response.json()) as { data?: any; errors?: any[] };
  }

  (hasBrowser ? describe : describe.skip)('in a browser', () => {
    let application: Application;
    beforeAll(async () => {
      application = await openApplication(product.stack.issuer, 'member-app');
    });
    afterAll(() => application.close());

    it('takes a member from the application to the page, and back with a token that the graph knows', async () => {
      const browser = await openBrowser({ locale: 'zh-CN' });
      try {
        const page = await browser.context.newPage();
        const complaints = listenTo(page);
        const asked = await application.ask();
        await page.goto(asked.url);
        expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');

        // By its label and the keyboard alone, as a screen reader's user does it.
        await page.getByLabel('手机号码').fill('12345');
        await page.keyboard.press('Enter');
        await page.getByRole('alert').waitFor();
        expect(await page.getByLabel('手机号码').getAttribute('aria-invalid')).toBe('true');
        await page.getByLabel('手机号码').fill(phoneOf(0));
        await page.keyboard.press('Enter');

        await page.getByLabel('短信验证码').fill('000000');
        await page.keyboard.press('Enter');
        await page.getByRole('alert').waitFor();
        await page.getByLabel('短信验证码').fill(await codeFor(product, phoneOf(0)));
        await page.getByRole('button', { name: '登录' }).click();
        await page.getByText('Back in the application').waitFor();
        expect(complaints).toEqual([]);

        const tokens = await asked.finish();
        const { data } = await ask('mobile', tokens.access_token, '{ me { id memberNumber } }');
        expect(data.me).toEqual({ id: county.member(0).memberId, memberNumber: 'M0000' });
        const elsewhere = await ask('dashboard', tokens.access_token, '{ __typename }');
        expect(elsewhere.errors?.[0].extensions.code).toBe('TOKEN_WRONG_AUDIENCE');

        // They see where they are signed in, and sign out there.
        const listed = await ask('mobile', tokens.access_token, '{ mySessions { id application } }');
        expect(listed.data.mySessions).toEqual([{ id: expect.any(String), application: 'Member application' }]);
        const end = `mutation { endSession(input: { sessionId: "${listed.data.mySessions[0].id}" }) { __typename } }`;
        const ended = [await ask('mobile', tokens.access_token, end), await ask('mobile', tokens.access_token, end)];
        expect(ended.map(({ data }) => data.endSession.__typename)).toEqual(['SessionEnded', 'SessionNotFound']);
        await expect(asked.renew(tokens)).rejects.toMatchObject({ error: 'invalid_grant' });
      } finally {
        await browser.close();
      }
    }, 90_000);

    it('speaks English, fits a telephone, and is large enough to be touched', async () => {
      const browser = await openBrowser({ locale: 'en-GB' });
      try {
        const page = await browser.context.newPage();
        await page.goto((await application.ask()).url);
        const number = page.getByLabel('Mobile number');
        const button = page.getByRole('button', { name: 'Send a code' });
        for (const control of [number, button]) {
          const box = await control.boundingBox();
          expect(box?.height).toBeGreaterThanOrEqual(44);
          expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(390);
        }
        await page.getByRole('link', { name: '中文' }).click();
        await page.getByLabel('手机号码').waitFor();
      } finally {
        await browser.close();
      }
    }, 90_000);
  });

  it('leaves no number in the log of the issuer', async () => {
    const log = readFileSync(product.stack.logOf('issuer'), 'utf8');
    expect(log).toContain('"service":"issuer"');
    for (const { order } of members) expect(log).not.toContain(phoneOf(order));
  });

  it('gives offices and signs people out by the command, where it can', async () => {
    const appoint = (input: object, role: string) =>
      runTool(
        'identity',
        ['appoint', '--role', role, '--organisation', 'D1'],
        product.stack.environmentOf('members'),
        JSON.stringify(input),
      );
    const appointed = await appoint({ memberNumber: 'M0001' }, 'treasurer');
    expect(appointed).toMatchObject({ code: 0, stdout: expect.stringContaining('"appointed"') });
    expect(await appoint({ memberNumber: 'nobody' }, 'treasurer')).toMatchObject({
      code: 1,
      stdout: '{"kind":"memberUnknown"}\n',
    });
    expect(await appoint({ memberNumber: 'M0001' }, 'emperor')).toMatchObject({
      code: 1,
      stdout: '{"kind":"roleUnknown"}\n',
    });

    const signOut = (input: object) =>
      runTool('identity', ['sign-out'], product.stack.environmentOf('members'), JSON.stringify(input));
    expect(await signOut({ memberNumber: 'M0001' })).toMatchObject({
      code: 0,
      stdout: '{"kind":"signedOut","sessions":0}\n',
    });
    expect(await signOut({ phone: phoneOf(99) })).toMatchObject({ code: 1, stdout: '{"kind":"nobody"}\n' });
  });
});

interface Application {
  ask(): Promise<{
    url: string;
    finish(): Promise<openid.TokenEndpointResponse>;
    renew(tokens: openid.TokenEndpointResponse): Promise<openid.TokenEndpointResponse>;
  }>;
  close(): Promise<void>;
}

/** A native application: it waits for the browser on a port of the loopback address. */
async function openApplication(issuer: string, clientId: string): Promise<Application> {
  const config = await openid.discovery(new URL(issuer), clientId, undefined, openid.None(), overHttp);
  let came: URL | null = null;
  const server: Server = createServer((request, response) => {
    if (request.url?.startsWith('/callback') === true) came = new URL(request.url, redirectUri());
    response.end('Back in the application');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const redirectUri = (): string => {
    const address = server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}/callback`;
  };
  return {
    async ask() {
      const pkceCodeVerifier = openid.randomPKCECodeVerifier();
      const expectedState = openid.randomState();
      const url = openid.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri(),
        scope: 'openid graph',
        code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
        state: expectedState,
      });
      return {
        url: url.href,
        finish: async () => {
          if (came === null) throw new Error('The browser did not come back');
          return openid.authorizationCodeGrant(config, came, { pkceCodeVerifier, expectedState });
        },
        renew: (tokens) => openid.refreshTokenGrant(config, tokens.refresh_token ?? ''),
      };
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** What the browser itself finds wrong: errors of the page, and what its policy held back. */
function listenTo(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    // A page without an icon is whole.
    if (message.type() === 'error' && !message.location().url.endsWith('/favicon.ico')) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return complaints;
}
