import { testIssuer, type TestIssuer } from '@zhijia/testing';
import { startPeople, startPlaces } from './support/people-and-places.js';
import type { SmallSubgraph } from './support/small-subgraph.js';
import { startTestGateway, type TestGateway } from './support/start-test-gateway.js';

describe('the graph behind the gateway', () => {
  let people: SmallSubgraph;
  let places: SmallSubgraph;
  let issuer: TestIssuer;
  let gateway: TestGateway;
  let token: string;

  beforeAll(async () => {
    [people, places, issuer] = await Promise.all([startPeople(), startPlaces(), testIssuer()]);
    gateway = await startTestGateway({ subgraphs: [people, places], issuers: [issuer] });
    token = await issuer.token({ subject: 'ada' });
  });
  afterAll(async () => {
    await gateway.stop();
    await Promise.all([people.stop(), places.stop()]);
  });

  it('joins two subgraphs in one answer', async () => {
    const { status, body } = await gateway.ask('mobile', token, '{ me { name home { town } } }');
    expect(status).toBe(200);
    expect(body).toEqual({ data: { me: { name: 'ada', home: { town: 'Town 1' } } } });
  });
});
