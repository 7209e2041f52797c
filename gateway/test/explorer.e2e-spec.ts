import { testIssuer, type TestIssuer } from '@zhijia/testing';
import { hasBrowser, openBrowser } from '@zhijia/testing/browser';
import { startPeople, startPlaces } from './support/people-and-places.js';
import type { SmallSubgraph } from './support/small-subgraph.js';
import { startTestGateway, type TestGateway } from './support/start-test-gateway.js';

describe('the explorer', () => {
  let people: SmallSubgraph;
  let places: SmallSubgraph;
  let issuer: TestIssuer;
  let gateway: TestGateway;

  beforeAll(async () => {
    [people, places, issuer] = await Promise.all([startPeople(), startPlaces(), testIssuer()]);
    gateway = await startTestGateway({ subgraphs: [people, places], issuers: [issuer], mode: 'development' });
  });
  afterAll(async () => {
    await gateway.stop();
    await Promise.all([people.stop(), places.stop()]);
  });

  it.each(['mobile', 'dashboard', 'bank'])(
    'has a page for %s, that may load nothing from elsewhere',
    async (audience) => {
      const response = await fetch(`${gateway.url}/${audience}/explorer`);
      const { status, headers } = response;
      // A gateway that stops waits for who still reads.
      await response.arrayBuffer();
      expect(status).toBe(200);
      expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-[^']+'; /);
      expect(policy).not.toMatch(/https?:|unsafe-eval|script-src[^;]*unsafe/);
    },
  );

  it('is for development', async () => {
    const production = await startTestGateway({ subgraphs: [people, places], issuers: [issuer], mode: 'production' });
    expect((await fetch(`${production.url}/mobile/explorer`)).status).toBe(404);
    await production.stop();
  });

  (hasBrowser ? it : it.skip)(
    'asks its own gateway and shows what it says, without a connection to anybody else',
    async () => {
      const browser = await openBrowser({ locale: 'en-GB', viewport: { width: 1280, height: 720 } });
      try {
        const page = await browser.context.newPage();
        const strangers: string[] = [];
        const complaints: string[] = [];
        const told: number[] = [];
        page.on('request', (request) => {
          if (!request.url().startsWith(gateway.url) && !/^(data|blob):/.test(request.url()))
            strangers.push(request.url());
        });
        page.on('console', (message) => {
          if (/Content Security Policy/.test(message.text())) complaints.push(message.text());
        });
        page.on('response', (response) => {
          if (response.url().endsWith('/mobile/graphql')) told.push(response.status());
        });
        await page.goto(`${gateway.url}/mobile/explorer?query=${encodeURIComponent('{ me { name } }')}`);
        await page.waitForSelector('.graphiql-execute-button', { timeout: 30_000 });
        await page.click('.graphiql-execute-button');
        // Nobody pasted a token yet: the page says so in the gateway's own words.
        await page.locator('.result-window', { hasText: 'TOKEN_MALFORMED' }).waitFor({ timeout: 30_000 });
        expect(told).toContain(401);
        expect({ strangers, complaints }).toEqual({ strangers: [], complaints: [] });
      } finally {
        await browser.close();
      }
    },
    60_000,
  );
});
