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

/** What an operation is asked with the first time goes through Apollo Server, what it is asked with again does not. */
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
  it.each<[string, object | string, Record<string, string>?]>([
    ['data of two subgraphs', { query: '{ me { name home { town } } }' }],
    ['data, in the older media type', { query: '{ me { id } }' }, { accept: 'application/json' }],
    ['data, to whoever accepts anything', { query: '{ towns }' }, { accept: '*/*' }],
    ['data after a change', { query: 'mutation { rename(name: "Eve") { name } }' }],
    ['one of two operations', { query: two, operationName: 'Two' }],
    ['nothing for want of a name', { query: two }],
    ['nothing under an unknown name', { query: two, operationName: 'Three' }],
    ['nothing under an empty name', { query: '{ people { id } }', operationName: '' }],
    ['nothing under a name that is a number', { query: '{ people { name } }', operationName: 1 }],
    ['data with variables', { query: greeting, variables: { first: 1 } }],
    ['data with variables that are null', { query: greeting, variables: null, operationName: null, extensions: null }],
    ['what is wrong with a variable', { query: greeting, variables: { first: 'one' } }],
    ['what is wrong with a list of variables', { query: greeting, variables: [1] }],
    ['what is wrong with variables in a text', { query: greeting, variables: '{"first":1}' }],
    ['data beside the name of a client', { query: '{ me { id name } }', extensions: { clientLibrary: { name: 'x' } } }],
    ['what is wrong with extensions', { query: '{ me { name id } }', extensions: [] }],
    ['that hashes are not kept', { query: '{ towns }', extensions: { persistedQuery: { version: 1 } } }],
    ['that lists of operations are not answered', [{ query: '{ towns }' }]],
    ['errors of a subgraph', { query: '{ me { name } refuses triesAgain }' }],
    ['errors without what is inside', { query: '{ fails mistypes }' }],
    ['a null that empties what it stands in', { query: '{ me { friend { garden } } }' }],
    ['a cost past the limit', { query: '{ crowd(first: 99999) { id } }' }],
    ['its schema', { query: '{ __schema { queryType { name } } }' }],
    ['what its name is', { query: '{ __typename }' }],
    ['what does not validate', { query: '{ nobody }' }],
    ['what does not parse', { query: '{' }],
  ])('is told to the byte as when it was not: %s', async (_what, body, headers = {}) => {
    const ask = async () => told(await gateway.post('mobile', token, JSON.stringify(body), headers));
    const first = await ask();
    expect(await ask()).toEqual(first);
    expect(await ask()).toEqual(first);
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
