import { testIssuer, type TestIssuer } from '@zhijia/testing';
import { startPeople, startPlaces } from './support/people-and-places.js';
import type { SmallSubgraph } from './support/small-subgraph.js';
import { startTestGateway, type TestGateway } from './support/start-test-gateway.js';

const query = JSON.stringify({ query: '{ me { name home { town } } }' });

describe('the trace of a request', () => {
  let people: SmallSubgraph;
  let places: SmallSubgraph;
  let issuer: TestIssuer;
  let gateway: TestGateway;

  beforeAll(async () => {
    [people, places, issuer] = await Promise.all([startPeople(), startPlaces(), testIssuer()]);
    gateway = await startTestGateway({ subgraphs: [people, places], issuers: [issuer] });
  });
  afterAll(async () => {
    await gateway.stop();
    await Promise.all([people.stop(), places.stop()]);
  });

  /** What each subgraph was told of the trace. */
  async function told(headers: Record<string, string>): Promise<unknown[]> {
    for (const { received } of [people, places]) received.splice(0);
    const { body } = await gateway.post('mobile', await issuer.token(), query, headers);
    expect(body.errors).toBeUndefined();
    return [people, places].map(({ received }) => received[0]?.headers['traceparent']);
  }

  it('is begun here and is one for all subgraphs', async () => {
    const [atPeople, atPlaces] = await told({});
    expect(atPeople).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(atPlaces).toBe(atPeople);
    expect((await told({}))[0]).not.toBe(atPeople);
  });

  it("goes on from the client's, whose wish to be recorded is not ours", async () => {
    const [atPeople] = await told({ traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' });
    expect(atPeople).toBe('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00');
  });

  it.each(['Ada Lovelace, 13800000000', '00-00000000000000000000000000000000-b7ad6b7169203331-01'])(
    'begins anew where the client sent %j',
    async (traceparent) => {
      const [atPeople] = await told({ traceparent, tracestate: 'name=ada', baggage: 'name=ada' });
      expect(atPeople).toMatch(/^00-(?!0{32})[0-9a-f]{32}-[0-9a-f]{16}-00$/);
      expect(JSON.stringify(people.received[0]?.headers)).not.toMatch(/name=ada|Lovelace|b7ad6b7169203331/);
    },
  );
});
