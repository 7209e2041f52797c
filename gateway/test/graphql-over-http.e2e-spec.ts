import { testIssuer, type TestIssuer } from '@zhijia/testing';
import { serverAudits } from 'graphql-http';
import { startPeople, startPlaces } from './support/people-and-places.js';
import type { SmallSubgraph } from './support/small-subgraph.js';
import { answerOf, startTestGateway, type TestGateway } from './support/start-test-gateway.js';

const oldType = 'application/json';
const newType = 'application/graphql-response+json';
/** Optional, and refused: a web page of anybody's could send these GET requests without being asked first. */
const couldBeForged = ['5A70', 'D6D5', '6A70'];
const asClient = { 'apollo-require-preflight': 'yes' };

describe('GraphQL over HTTP', () => {
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

  const send = async (init: RequestInit, search = '') =>
    answerOf(
      await fetch(`${gateway.url}/mobile/graphql${search}`, {
        ...init,
        headers: { authorization: `Bearer ${token}`, ...init.headers },
      }),
    );
  const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    send({ method: 'POST', body, headers: { 'content-type': oldType, ...headers } });

  describe('in the eyes of the audit suite', () => {
    const audited = async (headers: Record<string, string>) => {
      const fetchFn = (url: string, init: RequestInit = {}) =>
        fetch(url, { ...init, headers: { authorization: `Bearer ${token}`, ...headers, ...init.headers } });
      const audits = serverAudits({ url: `${gateway.url}/mobile/graphql`, fetchFn });
      const results = await Promise.all(audits.map(({ fn }) => fn()));
      return {
        total: results.length,
        missed: results
          .filter(({ status }) => status !== 'ok')
          .map(({ id, name, status }) => `${id} ${status} ${name}`),
      };
    };

    it('misses nothing that must or should be, and of what may be only what could be forged', async () => {
      const { total, missed } = await audited({});
      expect(total).toBeGreaterThan(50);
      expect(missed.map((each) => each.slice(0, 4)).sort()).toEqual([...couldBeForged].sort());
      expect(missed.filter((each) => !each.includes(' notice MAY '))).toEqual([]);
    });

    it('misses nothing at all when the client shows that it is no web page', async () => {
      expect((await audited(asClient)).missed).toEqual([]);
    });
  });

  describe('the form of the answer', () => {
    it.each([
      [undefined, oldType],
      ['*/*', oldType],
      ['application/*', oldType],
      [oldType, oldType],
      [newType, newType],
      [`${newType}, ${oldType};q=0.9`, newType],
      [`${newType};q=0.4, ${oldType};q=0.5`, oldType],
      ['text/html, application/json;q=0.1', oldType],
      [`${newType}; charset=utf-8, ${oldType}; charset=utf-8;q=0.9`, newType],
      ['Application/JSON; charset=utf-8', oldType],
    ])('to accept: %s is %s', async (accept, type) => {
      const { status, headers, body } = await post(
        '{"query":"{ me { name } }"}',
        accept === undefined ? {} : { accept },
      );
      expect(status).toBe(200);
      expect(headers.get('content-type')).toBe(`${type}; charset=utf-8`);
      expect(body).toEqual({ data: { me: { name: 'ada' } } });
    });

    it.each(['text/html', 'application/xml', `${oldType};q=0, ${newType};q=0`])(
      'is refused before anything is done when only %s is accepted',
      async (accept) => {
        people.received.length = 0;
        const { status, body } = await post('{"query":"mutation { rename(name: \\"Eve\\") { id } }"}', { accept });
        expect(status).toBe(406);
        expect(body.errors?.[0].extensions.code).toBe('BAD_REQUEST');
        expect(people.received).toHaveLength(0);
      },
    );
  });

  describe('the status', () => {
    const documents = [
      ['that does not parse', { query: '{' }, 'GRAPHQL_PARSE_FAILED'],
      ['that does not fit the schema', { query: '{ nobody }' }, 'GRAPHQL_VALIDATION_FAILED'],
      [
        'without the operation that is named',
        { query: '{ me { id } }', operationName: 'B' },
        'OPERATION_RESOLUTION_FAILURE',
      ],
      [
        'of several operations, none named',
        { query: 'query A { me { id } } query B { me { id } }' },
        'OPERATION_RESOLUTION_FAILURE',
      ],
      ['whose variables do not fit', { query: 'query ($if: Boolean!) { me { id @skip(if: $if) } }' }, 'BAD_USER_INPUT'],
      [
        'that is only a hash',
        { extensions: { persistedQuery: { version: 1, sha256Hash: 'aa' } } },
        'PERSISTED_QUERY_NOT_SUPPORTED',
      ],
    ] as const;

    it.each(documents)('of a document %s tells of the document in the new type alone', async (_what, sent, code) => {
      for (const [accept, expected] of [
        [newType, 400],
        [oldType, 200],
      ] as const) {
        const { status, headers, body } = await post(JSON.stringify(sent), { accept });
        expect(status).toBe(expected);
        expect(headers.get('content-type')).toBe(`${accept}; charset=utf-8`);
        expect(body).not.toHaveProperty('data');
        expect(body.errors?.map(({ extensions }) => extensions.code)).toEqual([code]);
      }
    });

    it('of an answer with data is 200 in both types, whatever failed in it', async () => {
      for (const accept of [oldType, newType]) {
        const { status, body } = await post('{"query":"{ me { name } fails }"}', { accept });
        expect(status).toBe(200);
        expect(body.data).toEqual({ me: { name: 'ada' }, fails: null });
        expect(body.errors).toHaveLength(1);
      }
    });

    it.each([oldType, newType])(
      'of a document past a limit is 400 in %s: it was not looked at further',
      async (accept) => {
        const { status, body } = await post(JSON.stringify({ query: `{ ${'fails '.repeat(2_001)} }` }), { accept });
        expect(status).toBe(400);
        expect(body.errors?.[0].extensions.code).toBe('LIMIT_EXCEEDED');
      },
    );
  });

  describe('a request that is none', () => {
    const query = '{ me { id } }';

    it.each([
      ['no JSON', '{"query"'],
      ['nothing', ''],
      ['a string', '"query"'],
      ['null', 'null'],
      ['an empty object', '{}'],
      ['a list', JSON.stringify([{ query }])],
      ['no query', '{"variables":{}}'],
      ['an empty query', '{"query":""}'],
      ['query: null', '{"query":null}'],
      ['query: a list', JSON.stringify({ query: [query] })],
      ['query: an object', JSON.stringify({ query: { kind: 'Document' } })],
      ['variables: a string', JSON.stringify({ query, variables: '{}' })],
      ['variables: a list', JSON.stringify({ query, variables: [] })],
      ['variables: a number', JSON.stringify({ query, variables: 1 })],
      ['operationName: a number', JSON.stringify({ query, operationName: 1 })],
      ['operationName: an object', JSON.stringify({ query, operationName: {} })],
      ['extensions: a list', JSON.stringify({ query, extensions: [] })],
      ['extensions: a string', JSON.stringify({ query, extensions: 'x' })],
    ])('is answered with 400 in either type: %s', async (_what, body) => {
      for (const accept of [oldType, newType]) {
        const answer = await post(body, { accept });
        expect(answer.status).toBe(400);
        expect(answer.headers.get('content-type')).toBe(`${accept}; charset=utf-8`);
        expect(answer.body).toEqual({ errors: [{ message: expect.any(String), extensions: { code: 'BAD_REQUEST' } }] });
      }
    });

    it('is one whose bytes are no UTF-8', async () => {
      const bytes = Uint8Array.from([...Buffer.from('{"query":"{ me { id } }","operationName":"'), 0xe9, 0x22, 0x7d]);
      expect((await post(bytes)).status).toBe(400);
    });

    it.each([
      'application/json; charset=utf-16',
      'application/json; charset=gbk',
      'application/json; charset="iso-8859-1"',
      'application/graphql',
      'application/graphql+json',
      'text/json',
      'nonsense',
    ])('is refused by its content type: %s', async (type) => {
      const { status, body } = await post(JSON.stringify({ query }), { 'content-type': type });
      expect(status).toBe(415);
      expect(body.errors?.[0].extensions.code).toBe('BAD_REQUEST');
    });

    it.each(['application/json; charset=utf-8', 'application/json;charset=UTF-8', 'Application/JSON; foo=bar'])(
      'is not one of content type %s',
      async (type) => {
        expect((await post(JSON.stringify({ query }), { 'content-type': type })).status).toBe(200);
      },
    );

    it('is a compressed one', async () => {
      expect((await post(JSON.stringify({ query }), { 'content-encoding': 'gzip' })).status).toBe(415);
    });

    it('is one without a content type', async () => {
      const { status } = await send({ method: 'POST', body: new Blob([JSON.stringify({ query })]) });
      expect(status).toBe(415);
    });
  });

  describe('methods', () => {
    it.each(['PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'])('%s is not one', async (method) => {
      const { status, headers } = await fetch(`${gateway.url}/mobile/graphql`, { method });
      expect(status).toBe(405);
      expect(headers.get('allow')).toBe('GET, POST');
    });

    it('GET takes queries with variables, and says for everything else that POST does', async () => {
      const get = (parameters: Record<string, string>, headers: Record<string, string> = asClient) =>
        send({ headers }, `?${new URLSearchParams(parameters).toString()}`);
      const read = await get({
        query: 'query A($no: Boolean!) { me { name id @skip(if: $no) } } query B { me { id } }',
        variables: '{"no":true}',
        operationName: 'A',
      });
      expect([read.status, read.body]).toEqual([200, { data: { me: { name: 'ada' } } }]);

      people.received.length = 0;
      const written = await get({ query: 'mutation { rename(name: "Eve") { id } }' });
      expect([written.status, written.headers.get('allow')]).toEqual([405, 'POST']);
      expect(people.received).toHaveLength(0);

      for (const malformed of ['{', '[]', '1', '"x"']) {
        expect((await get({ query: '{ me { id } }', variables: malformed })).status).toBe(400);
      }
      expect((await send({ headers: asClient }, '?query={me{id}}&query={me{name}}')).status).toBe(400);
      expect((await send({ headers: asClient })).status).toBe(400);
    });

    it('GET of what could be a foreign page is refused, however it accepts', async () => {
      for (const accept of [oldType, newType]) {
        const { status, body } = await send({ headers: { accept } }, '?query={me{id}}');
        expect([status, body.errors?.[0].extensions.code]).toEqual([400, 'BAD_REQUEST']);
      }
    });
  });
});
