import { randomUUID } from 'node:crypto';
import { testIssuer, type TestIssuer } from '@zhijia/testing';
import { startPeople, startPlaces } from './support/people-and-places.js';
import type { SmallSubgraph } from './support/small-subgraph.js';
import { expectedAudiences, startTestGateway, type Answer, type TestGateway } from './support/start-test-gateway.js';

/** Of each answer another one. */
const ids = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g;

function told({ status, headers, text }: Answer) {
  const own: Record<string, string> = {};
  headers.forEach((value, name) => {
    if (name !== 'date' && name !== 'x-request-id') own[name] = value;
  });
  return { status, headers: own, text: text.replace(ids, 'an id') };
}

/** Documents that differ in a comment alone: the one is known, the other goes through Apollo Server. */
describe('an operation that is known', () => {
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

  const two = 'query One { me { name } } query Two { towns }';
  const greeting = 'query ($first: Int) { crowd(first: $first) { name } }';
  /** Known when it is asked with the second: with its text, and as it should be. */
  it.each<[string, { query: string; [name: string]: unknown }, Record<string, string>?]>([
    ['data of two subgraphs', { query: '{ me { name home { town } } }' }],
    ['data, in the older media type', { query: '{ me { id } }' }, { accept: 'application/json' }],
    ['data, to whoever accepts anything', { query: '{ towns }' }, { accept: '*/*' }],
    ['data after a change', { query: 'mutation { rename(name: "Eve") { name } }' }],
    ['one of two operations', { query: two, operationName: 'Two' }],
    ['nothing for want of a name', { query: two }],
    ['nothing under an unknown name', { query: two, operationName: 'Three' }],
    ['nothing under an empty name', { query: '{ me { id } }', operationName: '' }],
    ['nothing under a name that is a number', { query: '{ me { id } }', operationName: 1 }],
    ['data with variables', { query: greeting, variables: { first: 1 } }],
    ['data with variables that are null', { query: greeting, variables: null, operationName: null, extensions: null }],
    ['what is wrong with a variable', { query: greeting, variables: { first: 'one' } }],
    ['what is wrong with a list of variables', { query: greeting, variables: [1] }],
    ['what is wrong with variables in a text', { query: greeting, variables: '{"first":1}' }],
    ['data beside the name of a client', { query: '{ me { id } }', extensions: { clientLibrary: { name: 'x' } } }],
    ['what is wrong with extensions', { query: '{ me { id } }', extensions: [] }],
    ['that hashes are not kept', { query: '{ me { id } }', extensions: { persistedQuery: { version: 1 } } }],
    ['errors of a subgraph', { query: '{ me { name } refuses triesAgain }' }],
    ['errors without what is inside', { query: '{ fails mistypes }' }],
    ['a null that empties what it stands in', { query: '{ me { friend { garden } } }' }],
    ['a cost past the limit', { query: greeting, variables: { first: 99_999 } }],
    ['its schema', { query: '{ __schema { queryType { name } } }' }],
    ['what its name is', { query: '{ __typename }' }],
    ['what does not validate', { query: '{ nobody }' }],
    ['what is past a limit', { query: `{ ${'towns '.repeat(40)} }` }],
  ])('is told to the byte what it is told when it is not: %s', async (_what, body, headers = {}) => {
    const { query, ...others } = body;
    const ask = async (text: string) =>
      told(await gateway.post('mobile', token, JSON.stringify({ ...others, query: text }), headers));
    for (const operationName of ['One', 'Two', undefined]) {
      await gateway.post('mobile', token, JSON.stringify({ query, operationName }));
    }
    expect(await ask(query)).toEqual(await ask(`${query} # ${randomUUID()}`));
  });

  it('is counted all the same', async () => {
    const figure = async (name: string): Promise<number> => {
      const text = await (await fetch(`${gateway.url}/metrics`)).text();
      return Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${name} `))
          ?.slice(name.length) ?? 0,
      );
    };
    for (const [query, name] of [
      ['{ me { friend { garden } } }', 'zhijia_gateway_emptied_answers_total'],
      [`{ ${'towns '.repeat(40)} }`, 'zhijia_gateway_errors_total{code="LIMIT_EXCEEDED"}'],
      ['{ refuses }', 'zhijia_gateway_errors_total{code="ACCESS_DENIED"}'],
      ['{ towns }', 'zhijia_gateway_executions_total{executor="compiled"}'],
    ] as const) {
      await gateway.ask('mobile', token, query);
      const before = await figure(name);
      await gateway.ask('mobile', token, query);
      expect(await figure(name)).toBe(before + 1);
    }
  });

  it('is run once, whatever comes of it', async () => {
    const query = 'mutation { rename(name: "Eve") { name friend { id garden } } }';
    await gateway.ask('mobile', token, query);
    places.beforeAnswer = () => Promise.reject(new Error('away'));
    const before = people.received.length;
    const { body } = await gateway.ask('mobile', token, query);
    places.beforeAnswer = async () => {};
    expect(body.errors).toHaveLength(1);
    expect(people.received).toHaveLength(before + 1);
  });

  it('is known to one audience alone', async () => {
    const query = '{ pocket }';
    expect((await gateway.ask('mobile', token, query)).status).toBe(200);
    expect((await gateway.ask('mobile', token, query)).status).toBe(200);
    const officer = await issuer.token({ audience: expectedAudiences.dashboard });
    expect((await gateway.ask('dashboard', officer, query)).status).toBe(400);
  });

  it('is as dear as it was', async () => {
    const query = 'query ($first: Int) { crowd(first: $first) { id } }';
    expect((await gateway.ask('mobile', token, query, { first: 1 })).status).toBe(200);
    const { status, body } = await gateway.ask('mobile', token, query, { first: 99_999 });
    expect(status).toBe(400);
    expect(body.errors?.[0].extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', limit: 'cost' });
  });
});
