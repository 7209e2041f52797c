import { testIssuer, type TestIssuer } from '@zhijia/testing';
import { boardId, startPeople, startPlaces } from './support/people-and-places.js';
import type { SmallSubgraph } from './support/small-subgraph.js';
import { startTestGateway, type TestGateway } from './support/start-test-gateway.js';

const app = 'https://app.example';

/** What a browser lets a page of another origin do, which it reads from headers. */
describe('web pages of other origins', () => {
  let people: SmallSubgraph;
  let places: SmallSubgraph;
  let issuer: TestIssuer;
  let gateway: TestGateway;
  let token: string;

  beforeAll(async () => {
    [people, places, issuer] = await Promise.all([startPeople(), startPlaces(), testIssuer()]);
    gateway = await startTestGateway({
      subgraphs: [people, places],
      issuers: [issuer],
      env: { CORS_ORIGINS_MOBILE: `${app}, https://h5.example` },
    });
    token = await issuer.token({ subject: 'ada' });
  });
  afterAll(async () => {
    await gateway.stop();
    await Promise.all([people.stop(), places.stop()]);
  });

  /** Read to its end: a gateway that stops waits for who still reads. */
  const told = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const response = await fetch(`${gateway.url}${path}`, init);
    await response.arrayBuffer();
    return response;
  };
  const preflight = (path: string, origin: string): Promise<Response> =>
    told(path, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });

  it('that are listed may ask, and read the answer', async () => {
    for (const origin of [app, 'https://h5.example']) {
      const { status, headers } = await preflight('/mobile/graphql', origin);
      expect(status).toBe(204);
      expect(headers.get('access-control-allow-origin')).toBe(origin);
      expect(headers.get('access-control-allow-headers')).toContain('authorization');
      expect(headers.get('access-control-allow-credentials')).toBeNull();
      const answer = await gateway.post('mobile', token, '{"query":"{ me { id } }"}', { origin });
      expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
      expect(answer.headers.get('vary')).toMatch(/origin/i);
    }
  });

  it('that are listed read why they are refused', async () => {
    const { status, headers } = await gateway.post('mobile', null, '{}', { origin: app });
    expect(status).toBe(401);
    expect(headers.get('access-control-allow-origin')).toBe(app);
  });

  it.each([
    ['/mobile/graphql', 'https://evil.example'],
    ['/mobile/graphql', 'https://app.example.evil.example'],
    ['/mobile/graphql', 'null'],
    ['/dashboard/graphql', app],
    ['/bank/graphql', app],
  ])('at %s that are not listed may not: %s', async (path, origin) => {
    const { headers } = await preflight(path, origin);
    expect(headers.get('access-control-allow-origin')).not.toBe(origin);
    expect(headers.get('access-control-allow-origin')).not.toBe('*');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('may all read what is public', async () => {
    const { headers } = await told(`/boards/${boardId}.ndjson`, { headers: { origin: 'https://any.example' } });
    expect(headers.get('access-control-allow-origin')).toBe('*');
  });

  it.each(['/health/live', '/nowhere', '/mobile/graphql', `/boards/${boardId}.ndjson`])(
    'can make nothing of an answer of %s but what it says',
    async (path) => {
      const { headers } = await told(path);
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
      );
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('server')).toBeNull();
    },
  );
});
