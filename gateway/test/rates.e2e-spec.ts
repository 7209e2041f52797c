import { testIssuer, type TestIssuer } from '@zhijia/testing';
import { startPeople, startPlaces } from './support/people-and-places.js';
import type { SmallSubgraph } from './support/small-subgraph.js';
import { startTestGateway, type Answer, type TestGateway } from './support/start-test-gateway.js';

describe('who asks too much', () => {
  let people: SmallSubgraph;
  let places: SmallSubgraph;
  let issuer: TestIssuer;
  let gateway: TestGateway;

  beforeAll(async () => {
    [people, places, issuer] = await Promise.all([startPeople(), startPlaces(), testIssuer()]);
    gateway = await startTestGateway({
      subgraphs: [people, places],
      issuers: [issuer],
      rateLimits: {
        mobile: { member: { requestsPerMinute: 5, costPerMinute: 10_000 }, client: null },
        dashboard: { member: { requestsPerMinute: 1_000, costPerMinute: 150 }, client: null },
      },
    });
  });
  afterAll(async () => {
    await gateway.stop();
    await Promise.all([people.stop(), places.stop()]);
  });
  beforeEach(() => {
    people.received.length = 0;
  });

  const refused = ({ status, headers, body }: Answer): void => {
    expect(body).toEqual({
      errors: [
        {
          message: expect.stringMatching(/wait a little.*稍后再试/),
          extensions: { code: 'RATE_LIMITED', retryable: true },
        },
      ],
    });
    expect(status).toBe(429);
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60);
  };

  it('is refused before anything is read, and nobody else with them', async () => {
    const [ada, bo] = await Promise.all([issuer.token({ subject: 'ada' }), issuer.token({ subject: 'bo' })]);
    for (let n = 0; n < 5; n += 1) expect((await gateway.ask('mobile', ada, '{ me { id } }')).status).toBe(200);
    people.received.length = 0;
    refused(await gateway.ask('mobile', ada, '{ me { id } }'));
    refused(await gateway.post('mobile', ada, 'no JSON'));
    // Another token is no other person.
    refused(await gateway.ask('mobile', await issuer.token({ subject: 'ada' }), '{ me { id } }'));
    expect(people.received).toEqual([]);
    expect((await gateway.ask('mobile', bo, '{ me { id } }')).status).toBe(200);
  });

  it('is refused by what operations cost, ever new documents among it', async () => {
    const ada = await issuer.token({ subject: 'ada', audience: 'zhijia-dashboard' });
    const known = '{ people { name } }';
    // The first is planned for 100 and more, and costs 10.
    expect((await gateway.ask('dashboard', ada, known)).status).toBe(200);
    expect((await gateway.ask('dashboard', ada, known)).status).toBe(200);
    people.received.length = 0;
    refused(await gateway.ask('dashboard', ada, '{ people { id } }'));
    expect(people.received).toEqual([]);
    refused(await gateway.ask('dashboard', ada, known));
    const bo = await issuer.token({ subject: 'bo', audience: 'zhijia-dashboard' });
    expect((await gateway.ask('dashboard', bo, known)).status).toBe(200);
  });

  it('by one operation is refused as past a limit', async () => {
    const token = await issuer.token({ subject: 'cy' });
    const query = `{ ${Array.from({ length: 3 }, (_, n) => `a${n}: people { ${'friend { '.repeat(14)} id ${'} '.repeat(14)} }`).join(' ')} }`;
    expect((await gateway.ask('mobile', token, query)).status).toBe(200);
    const many = 'query ($n: Int) { crowd(first: $n) { friend { id } } }';
    people.received.length = 0;
    const { status, body } = await gateway.ask('mobile', token, many, { n: 2_501 });
    expect(body.errors?.[0].extensions).toEqual({ code: 'LIMIT_EXCEEDED', limit: 'cost', max: 5_000 });
    expect(status).toBe(400);
    expect(people.received).toEqual([]);
    expect((await gateway.ask('mobile', token, many, { n: 2_500 })).status).toBe(200);
  });
});
