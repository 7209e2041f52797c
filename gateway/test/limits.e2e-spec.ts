import { connect } from 'node:net';
import { testIssuer, type TestIssuer } from '@zhijia/testing';
import { startPeople, startPlaces } from './support/people-and-places.js';
import type { SmallSubgraph } from './support/small-subgraph.js';
import { answerOf, startTestGateway, type TestGateway } from './support/start-test-gateway.js';

/** Each fragment stands twice in the one before. */
const doubling = (levels: number): string =>
  Array.from({ length: levels }, (_, n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`).join(' ');

describe('what the gateway does not take', () => {
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
  beforeEach(() => {
    people.received.length = 0;
  });
  afterEach(() => {
    expect(people.received).toHaveLength(0);
  });

  const nested = (depth: number): string => `${'{ friend '.repeat(depth)}{ id }${' }'.repeat(depth)}`;

  it.each([
    ['documentCharacters', 65_536, `{ fails } # ${'x'.repeat(65_536)}`],
    ['rootFields', 30, `{ ${'fails '.repeat(31)} }`],
    ['rootFields', 30, `{ ...F ...F } fragment F on Query { ${'fails '.repeat(16)} }`],
    ['depth', 16, `{ me ${nested(16)} }`],
    ['depth', 16, `{ me { ...F } } fragment F on Person ${nested(16)}`],
    ['aliases', 30, `{ ${Array.from({ length: 31 }, (_, n) => `a${n}: fails`).join(' ')} }`],
    ['aliases', 30, `{ ${Array.from({ length: 31 }, (_, n) => `a${n}: __typename`).join(' ')} }`],
    ['directives', 50, `{ ${Array.from({ length: 51 }, () => '...@skip(if: true) { fails }').join(' ')} }`],
    ['tokens', 2_000, `{ ${'fails '.repeat(2_001)} }`],
    ['repeats', 50, `{ ${'me { id } '.repeat(51)} }`],
    ['repeats', 50, `{ me { ${'id '.repeat(26)} } ...F } fragment F on Query { me { ${'id '.repeat(26)} } }`],
    ['fields', 10_000, `{ ...F0 } ${doubling(14)} fragment F14 on Query { me { id } }`],
    ['fields', 10_000, `{ ...F0 } ${doubling(120)} fragment F120 on Query { me { id } }`],
  ])('refuses an operation past its limit of %s', async (limit, max, query) => {
    const { status, body } = await gateway.ask('mobile', token, query);
    expect(status).toBe(400);
    expect(body.errors).toEqual([
      {
        message: expect.stringMatching(/larger than allowed.*超出限制/),
        extensions: { code: 'LIMIT_EXCEEDED', limit, max },
      },
    ]);
  });

  it('answers a refused document alike each time, whatever comes with it', async () => {
    for (const query of [
      `{ ${'me { id } '.repeat(60)} }`,
      '{ nobody }',
      'query A { me { ...A } } fragment A on Person { ...A }',
    ]) {
      const [first, again] = [
        await gateway.ask('mobile', token, query),
        await gateway.ask('mobile', token, query, { x: 1 }),
      ];
      const named = await gateway.post('mobile', token, JSON.stringify({ query, operationName: 'B' }));
      expect(first.status).toBe(400);
      expect([again.status, named.status]).toEqual([400, 400]);
      expect([again.text, named.text]).toEqual([first.text, first.text]);
    }
  });

  it('refuses a body past its limit before it is read as JSON', async () => {
    const { status, body } = await gateway.post('mobile', token, `{"query":"${'x'.repeat(300_000)}`);
    expect(status).toBe(413);
    expect(body.errors?.[0].extensions).toEqual({ code: 'LIMIT_EXCEEDED', limit: 'bodyBytes', max: 262_144 });
  });

  it('refuses variables past their limit, in a body that is not', async () => {
    const sent = (bytes: number): string =>
      JSON.stringify({ query: 'query ($n: String) { fails }', variables: { n: 'x'.repeat(bytes - 8) } });
    const { status, body } = await gateway.post('mobile', token, sent(65_537));
    expect(status).toBe(400);
    expect(body.errors?.[0].extensions).toEqual({ code: 'LIMIT_EXCEEDED', limit: 'variablesBytes', max: 65_536 });
    // Red control: one byte less goes on, to be told that it is no valid document.
    const allowed = await gateway.post('mobile', token, sent(65_536));
    expect(allowed.body.errors?.[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  it('refuses several operations in one request', async () => {
    const { status, body } = await gateway.post(
      'mobile',
      token,
      '[{"query":"{ me { id } }"},{"query":"{ me { id } }"}]',
    );
    expect(status).toBe(400);
    expect(body.errors?.[0].extensions.code).toBe('BAD_REQUEST');
  });

  it.each([
    ['GraphQL that does not parse', '{"query":"{ me { "}', 'GRAPHQL_PARSE_FAILED'],
    ['a field that does not exist', '{"query":"{ nobody }"}', 'GRAPHQL_VALIDATION_FAILED'],
    ['fragments in a circle', '{"query":"{ me { ...A } } fragment A on Person { ...A }"}', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a variable of another type',
      '{"query":"mutation ($n: String!) { rename(name: $n) { id } }","variables":{"n":[1]}}',
      'BAD_USER_INPUT',
    ],
    [
      'an operation that is not there',
      '{"query":"query A { me { id } }","operationName":"B"}',
      'OPERATION_RESOLUTION_FAILURE',
    ],
    ['JSON that does not parse', '{"query"', 'BAD_REQUEST'],
    ['a key that poisons objects', '{"query":"{ me { id } }","variables":{"__proto__":{"a":1}}}', 'BAD_REQUEST'],
    ['no query', '{"variables":{}}', 'BAD_REQUEST'],
    ['an empty body', '', 'BAD_REQUEST'],
    ['a number', '5', 'BAD_REQUEST'],
    ['a subscription', '{"query":"subscription { me { id } }"}', 'GRAPHQL_VALIDATION_FAILED'],
  ])('answers %s with a clear 4xx', async (_what, sent, code) => {
    const { status, body } = await gateway.post('mobile', token, sent);
    expect(status).toBe(400);
    expect(body.errors?.[0].extensions.code).toBe(code);
    expect(body.data).toBeUndefined();
  });

  it('refuses what a form on a foreign page could send', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const { status } = await gateway.post('mobile', token, '{"query":"{ me { id } }"}', { 'content-type': type });
      expect(status).toBe(415);
    }
  });

  it('answers a path that does not exist as GraphQL clients read it', async () => {
    const { status, body } = await answerOf(await fetch(`${gateway.url}/nowhere`));
    expect(status).toBe(404);
    expect(body.errors?.[0].extensions.code).toBe('NOT_FOUND');
  });

  it('answers a host name that is none with 4xx', async () => {
    const { port } = new URL(gateway.url);
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1');
      let answer = '';
      socket.on('data', (chunk) => (answer += String(chunk)));
      socket.on('end', () => resolve(answer));
      socket.on('error', reject);
      socket.end(
        `GET /mobile/graphql?query=x HTTP/1.1\r\nhost: a b[\r\nauthorization: Bearer ${token}\r\nconnection: close\r\n\r\n`,
      );
    });
    expect(text).toMatch(/^HTTP\/1\.1 400/);
  });
});
