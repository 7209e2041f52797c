import { testIssuer, type TestIssuer } from '@zhijia/testing';
import { startPeople, startPlaces } from './support/people-and-places.js';
import type { SmallSubgraph } from './support/small-subgraph.js';
import { answerOf, expectedAudiences, startTestGateway, type TestGateway } from './support/start-test-gateway.js';

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
    const { status, headers, body } = await gateway.ask('mobile', token, '{ me { name home { town } } }');
    expect(status).toBe(200);
    expect(body).toEqual({ data: { me: { name: 'ada', home: { town: 'Town 1' } } } });
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('shows each audience its own contract', async () => {
    const asked = async (audience: 'mobile' | 'dashboard' | 'bank', query: string) =>
      gateway.ask(audience, await issuer.token({ audience: expectedAudiences[audience] }), query);
    expect((await asked('mobile', '{ pocket me { bedroom } }')).body).toEqual({
      data: { pocket: 'keys', me: { bedroom: 'blue' } },
    });
    for (const audience of ['dashboard', 'bank'] as const) {
      const { status, body } = await asked(audience, '{ pocket me { bedroom } }');
      expect(status).toBe(400);
      expect(body.errors?.map(({ extensions }) => extensions.code)).toEqual(
        Array.from({ length: 2 }, () => 'GRAPHQL_VALIDATION_FAILED'),
      );
    }
    expect((await asked('bank', 'mutation { rename(name: "Eve") { name } }')).status).toBe(400);
    expect((await asked('bank', '{ __type(name: "Person") { fields { name } } }')).text).not.toContain('bedroom');
  });

  it('answers queries by GET to whoever shows that no web page sent them', async () => {
    const get = (query: string, headers: Record<string, string>) =>
      fetch(`${gateway.url}/mobile/graphql?query=${encodeURIComponent(query)}`, {
        headers: { authorization: `Bearer ${token}`, ...headers },
      }).then(answerOf);
    const asClient = { 'apollo-require-preflight': 'yes' };
    expect((await get('{ me { name } }', asClient)).body).toEqual({ data: { me: { name: 'ada' } } });
    expect((await get('{ me { name } }', {})).body.errors?.[0].extensions.code).toBe('BAD_REQUEST');
    const mutation = await get('mutation { rename(name: "Eve") { name } }', asClient);
    expect(mutation.status).toBe(405);
    expect(mutation.body.errors?.[0].extensions.code).toBe('BAD_REQUEST');
  });

  it('speaks the media type that the client asks for', async () => {
    const asking = { accept: 'application/graphql-response+json' };
    const good = await gateway.post('mobile', token, '{"query":"{ me { id } }"}', asking);
    expect(good.headers.get('content-type')).toMatch(/^application\/graphql-response\+json/);
    const refused = await gateway.post('mobile', null, '{"query":"{ me { id } }"}', asking);
    expect(refused.headers.get('content-type')).toMatch(/^application\/graphql-response\+json/);
  });

  it('tells its schema while developing', async () => {
    const { body } = await gateway.ask('mobile', token, '{ __schema { queryType { name } } }');
    expect(body).toEqual({ data: { __schema: { queryType: { name: 'Query' } } } });
  });

  it('counts what happens', async () => {
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(text).toMatch(/zhijia_gateway_requests_total\{route="\/mobile\/graphql",status="200"\} \d/);
    expect(text).toMatch(/zhijia_gateway_subgraph_duration_seconds_count\{subgraph="people",outcome="answered"\} \d/);
    expect(text).toMatch(/zhijia_gateway_executions_total\{executor="compiled"\} \d/);
    expect(text).toMatch(/zhijia_gateway_planned_operations \d/);
    expect(text).toMatch(/zhijia_gateway_errors_total\{code="GRAPHQL_VALIDATION_FAILED"\} \d/);
    expect(text).toMatch(/zhijia_gateway_tokens_total\{how="remembered"\} \d/);
  });

  describe('in production', () => {
    let production: TestGateway;
    beforeAll(async () => {
      production = await startTestGateway({ subgraphs: [people, places], issuers: [issuer], mode: 'production' });
    });
    afterAll(() => production.stop());

    it.each([
      ['mobile', 400],
      ['bank', 400],
      ['dashboard', 200],
    ] as const)('answers %s about its schema with %s', async (audience, status) => {
      const answer = await production.ask(
        audience,
        await issuer.token({ audience: expectedAudiences[audience] }),
        '{ __schema { queryType { name } } }',
      );
      expect(answer.status).toBe(status);
    });

    it('suggests no names', async () => {
      const query = 'query ($x: Boolean) { mee { naem } towns @skpi(if: $x) }';
      expect((await gateway.ask('mobile', token, query)).text).toContain('Did you mean');
      const officer = await issuer.token({ audience: expectedAudiences.dashboard });
      const { status, text, body } = await production.ask('dashboard', officer, query);
      expect(status).toBe(400);
      expect(body.errors?.[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
      expect(text).not.toContain('Did you mean');
    });

    it('shows nobody a query plan', async () => {
      const officer = await issuer.token({ audience: expectedAudiences.dashboard });
      const { text } = await production.post('dashboard', officer, '{"query":"{ me { id } }"}', {
        'apollo-query-plan-experimental': '1',
      });
      expect(text).toContain('"data"');
      expect(text).not.toMatch(/queryPlan|Fetch/i);
    });
  });
});
