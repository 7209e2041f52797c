import { testIssuer, until, type TestIssuer } from '@zhijia/testing';
import { startPeople, startPlaces } from './support/people-and-places.js';
import type { SmallSubgraph } from './support/small-subgraph.js';
import { startTestGateway, type TestGateway } from './support/start-test-gateway.js';

describe('the way to subgraphs', () => {
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
      env: { SUBGRAPH_TIMEOUT_MS: '20000', OPERATION_TIMEOUT_MS: '1500' },
    });
    token = await issuer.token({ subject: 'ada' });
  });
  afterAll(async () => {
    await gateway.stop();
    await Promise.all([people.stop(), places.stop()]);
  });
  beforeEach(() => {
    for (const subgraph of [people, places]) {
      subgraph.received.length = 0;
      subgraph.beforeAnswer = async () => {};
    }
  });

  /** As a process that is exchanged: what is under way on its connections is lost. */
  const loseConnections = (subgraph: SmallSubgraph, times: number): void => {
    let left = times;
    subgraph.beforeAnswer = async () => {
      left -= 1;
      if (left >= 0) subgraph.server.server.closeAllConnections();
    };
  };

  it('is gone a second time by a read whose connection was lost', async () => {
    loseConnections(places, 1);
    const { body } = await gateway.ask('mobile', token, '{ me { home { town } } }');
    expect(body).toEqual({ data: { me: { home: { town: 'Town 1' } } } });
    expect(places.received).toHaveLength(2);
    expect(places.received[1]?.body).toBe(places.received[0]?.body);
  });

  it('and not a third time', async () => {
    loseConnections(places, 2);
    const { body } = await gateway.ask('mobile', token, '{ me { home { town } } }');
    expect(body.errors?.[0].extensions.code).toBe('SUBGRAPH_UNAVAILABLE');
    expect(places.received).toHaveLength(2);
  });

  it('is gone once by a change, which may have been made', async () => {
    loseConnections(people, 1);
    const { body } = await gateway.ask('mobile', token, 'mutation { rename(name: "Eve") { name } }');
    expect(body.errors?.[0].extensions.code).toBe('SUBGRAPH_UNAVAILABLE');
    expect(people.received).toHaveLength(1);
  });

  it('leads to an answer in time: each subgraph is told how long is left, and what is late is missing', async () => {
    people.beforeAnswer = () => new Promise((resolve) => setTimeout(resolve, 300));
    places.beforeAnswer = () => new Promise((resolve) => setTimeout(resolve, 10_000).unref());
    const { status, body } = await gateway.ask('mobile', token, '{ me { name home { town } } }');
    expect(status).toBe(200);
    expect(body.data).toEqual({ me: { name: 'ada', home: null } });
    expect(body.errors?.[0].extensions).toEqual({ code: 'SUBGRAPH_UNAVAILABLE', retryable: true, missing: ['home'] });
    const [first, second] = [people, places].map(({ received }) =>
      Number(received[0]?.headers['x-zhijia-deadline-ms']),
    );
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThanOrEqual(1_500);
    expect(second).toBeLessThanOrEqual((first ?? 0) - 290);
    // Red control: with time left it is waited for.
    places.beforeAnswer = () => new Promise((resolve) => setTimeout(resolve, 300));
    expect((await gateway.ask('mobile', token, '{ me { home { town } } }')).body.errors).toBeUndefined();
  });

  /** Last: the place of `places` is empty afterwards. */
  it('is given up where it leads nowhere, and that is told to who watches', async () => {
    const told = async (): Promise<string[]> => {
      const page = await (await fetch(`${gateway.url}/metrics`)).text();
      return page.split('\n').filter((line) => /^zhijia_gateway_breaker.*"places"/.test(line));
    };
    const [open, openings] = ['zhijia_gateway_breaker_open', 'zhijia_gateway_breaker_openings_total'];
    expect(await told()).toEqual([`${open}{subgraph="places"} 0`, `${openings}{subgraph="places"} 0`]);
    await places.stop();
    await until(
      async () => {
        const { body } = await gateway.ask('mobile', token, '{ me { home { town } } }');
        expect(body.errors?.[0].extensions.code).toBe('SUBGRAPH_UNAVAILABLE');
        return (await told())[0]?.endsWith(' 1');
      },
      { what: 'the breaker to open' },
    );
    expect(await told()).toEqual([`${open}{subgraph="places"} 1`, `${openings}{subgraph="places"} 1`]);
  });
});
