import { testIssuer, type TestIssuer } from '@zhijia/testing';
import { documentIdOf, hashOf } from '../src/documents/trusted-documents.js';
import { startPeople, startPlaces } from './support/people-and-places.js';
import type { SmallSubgraph } from './support/small-subgraph.js';
import { answerOf, startTestGateway, type TestGateway } from './support/start-test-gateway.js';

const home = 'query Home { me { name home { town } } }';
const two = 'query A { me { name } } query B { me { id } }';
const outdated = '{ nobodyKnowsThisAnyMore }';
const free = '{ me { id } }';
const homeOfAda = { me: { name: 'ada', home: { town: 'Town 1' } } };
const apollo = (hash: string): object => ({ persistedQuery: { version: 1, sha256Hash: hash } });

describe('trusted documents', () => {
  let people: SmallSubgraph;
  let places: SmallSubgraph;
  let issuer: TestIssuer;
  let production: TestGateway;
  let development: TestGateway;
  let token: (audience: 'mobile' | 'bank' | 'dashboard') => Promise<string>;

  beforeAll(async () => {
    [people, places, issuer] = await Promise.all([startPeople(), startPlaces(), testIssuer()]);
    const started = {
      subgraphs: [people, places],
      issuers: [issuer],
      documents: { mobile: [home, two, outdated], bank: [home] },
    };
    [production, development] = await Promise.all([
      startTestGateway({ ...started, mode: 'production' }),
      startTestGateway({ ...started, mode: 'development' }),
    ]);
    token = (audience) => issuer.token({ subject: 'ada', audience: `zhijia-${audience}` });
  });
  afterAll(async () => {
    await Promise.all([production.stop(), development.stop()]);
    await Promise.all([people.stop(), places.stop()]);
  });
  beforeEach(() => {
    people.received.length = 0;
  });

  const post = async (gateway: TestGateway, audience: 'mobile' | 'bank' | 'dashboard', body: object) =>
    gateway.post(audience, await token(audience), JSON.stringify(body));
  const figure = async (gateway: TestGateway, name: string): Promise<number> => {
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  };

  it.each(['mobile', 'bank'] as const)('are all that %s is answered in production', async (audience) => {
    for (const body of [
      { query: home },
      { documentId: documentIdOf(home) },
      { extensions: apollo(hashOf(home)), operationName: 'Home' },
    ]) {
      const { status, body: answer } = await post(production, audience, body);
      expect(answer).toEqual({ data: homeOfAda });
      expect(status).toBe(200);
    }
    people.received.length = 0;
    for (const body of [
      { query: free },
      { query: `${home}\n` },
      { query: '{ __schema { types { name } } }' },
      { documentId: documentIdOf(free) },
      { extensions: apollo(hashOf(free)) },
      { query: free, documentId: documentIdOf(home) },
    ]) {
      const { status, body: answer } = await post(production, audience, body);
      expect(answer.errors).toEqual([
        { message: expect.stringMatching(/registered.*已登记/), extensions: { code: 'DOCUMENT_UNKNOWN' } },
      ]);
      expect(status).toBe(400);
    }
    expect(people.received).toEqual([]);
  });

  it('are asked for by GET too', async () => {
    const get = async (search: Record<string, string>) =>
      answerOf(
        await fetch(`${production.url}/mobile/graphql?${new URLSearchParams(search)}`, {
          headers: { authorization: `Bearer ${await token('mobile')}`, 'apollo-require-preflight': 'yes' },
        }),
      );
    expect((await get({ documentId: documentIdOf(home) })).body).toEqual({ data: homeOfAda });
    expect((await get({ query: free })).body.errors?.[0].extensions.code).toBe('DOCUMENT_UNKNOWN');
  });

  it('leave the dashboard free, and development, but for a name that is not there', async () => {
    expect((await post(production, 'dashboard', { query: free })).body).toEqual({ data: { me: { id: '1' } } });
    expect((await post(development, 'bank', { query: free })).body).toEqual({ data: { me: { id: '1' } } });
    const { body } = await post(development, 'mobile', { documentId: documentIdOf(free) });
    expect(body.errors?.[0].extensions.code).toBe('DOCUMENT_UNKNOWN');
    // By this code Apollo's clients know to send the document itself.
    const hashed = await post(development, 'mobile', { extensions: apollo(hashOf(free)) });
    expect(hashed.body.errors?.[0].extensions.code).toBe('PERSISTED_QUERY_NOT_SUPPORTED');
  });

  it('are planned before the gateway listens, and not when they are asked for', async () => {
    const plans = 'zhijia_gateway_plan_duration_seconds_count';
    const before = await figure(production, plans);
    expect(before).toBeGreaterThanOrEqual(4);
    await post(production, 'mobile', { query: home });
    await post(production, 'mobile', { documentId: documentIdOf(two), operationName: 'B' });
    expect(await figure(production, plans)).toBe(before);
    // Red control.
    await post(production, 'dashboard', { query: '{ me { shoeSize } }' });
    expect(await figure(production, plans)).toBe(before + 1);
  });

  it('that the graph no longer has are refused as any other, and stop nobody else', async () => {
    const { status, body } = await post(production, 'mobile', { query: outdated });
    expect(body.errors?.[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(status).toBe(400);
  });
});
