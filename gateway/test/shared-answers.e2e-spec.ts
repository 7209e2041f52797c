import { testIssuer, type TestIssuer } from '@zhijia/testing';
import { GraphQLError } from 'graphql';
import { startSmallSubgraph, type SmallSubgraph, type SubgraphContext } from './support/small-subgraph.js';
import { startTestGateway, type TestGateway } from './support/start-test-gateway.js';

const all = '@tag(name: "mobile") @tag(name: "dashboard") @tag(name: "bank")';
const typeDefs = `extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@tag", "@composeDirective"])
    @link(url: "https://zhijia.invalid/cache/v1.0", import: ["@cacheControl"])
    @composeDirective(name: "@cacheControl")
  directive @cacheControl(maxAge: Int!) on FIELD_DEFINITION
  type Query {
    notice(at: Int ${all}): Notice ${all} @cacheControl(maxAge: 600)
    fails: String ${all} @cacheControl(maxAge: 600)
    brief: String ${all} @cacheControl(maxAge: 1)
    mine: Notice ${all}
  }
  type Notice { text: String ${all} @cacheControl(maxAge: 600) reader: String ${all} @cacheControl(maxAge: 600) }`;

describe('an answer that everybody is told alike', () => {
  let notices: SmallSubgraph;
  let issuer: TestIssuer;
  let gateway: TestGateway;
  let tokens: Record<'ada' | 'bo', string>;
  let text = 'old';

  const notice = (_: unknown, given: { at?: number }, { viewer }: SubgraphContext) => ({
    text: `${text} ${given.at ?? ''}`,
    reader: viewer.subject,
  });

  beforeAll(async () => {
    [notices, issuer] = await Promise.all([
      startSmallSubgraph('places', typeDefs, {
        Query: {
          notice,
          mine: notice,
          brief: () => text,
          fails: () => {
            throw new GraphQLError('Again. 再试。', { extensions: { code: 'TRY_AGAIN' } });
          },
        },
      }),
      testIssuer(),
    ]);
    tokens = { ada: await issuer.token({ subject: 'ada' }), bo: await issuer.token({ subject: 'bo' }) };
  });
  afterAll(() => notices.stop());
  beforeEach(async () => {
    text = 'old';
    notices.received.length = 0;
    notices.beforeAnswer = async () => {};
    gateway = await startTestGateway({ subgraphs: [notices], issuers: [issuer] });
  });
  afterEach(() => gateway.stop());

  const read = async (who: 'ada' | 'bo', query: string, variables?: object): Promise<unknown> => {
    const { body } = await gateway.ask('mobile', tokens[who], query, variables);
    return body;
  };

  it('is asked for once, as nobody in particular, and told to the next viewer too', async () => {
    const query = '{ notice { text reader } }';
    const expected = { data: { notice: { text: 'old ', reader: 'anonymous' } } };
    expect(await read('ada', query)).toEqual(expected);
    text = 'new';
    expect(await read('bo', query)).toEqual(expected);
    // Under other names too: the fetch is the same or it is not, and both are made for nobody.
    expect(await read('bo', '{ n: notice { r: reader } }')).toEqual({ data: { n: { r: 'anonymous' } } });
    expect(notices.received).toHaveLength(2);
  });

  it('is one for each of its arguments', async () => {
    const query = 'query ($at: Int) { notice(at: $at) { text } }';
    for (const at of [1, 2, 1])
      expect(await read('ada', query, { at })).toEqual({ data: { notice: { text: `old ${at}` } } });
    expect(notices.received).toHaveLength(2);
  });

  it('is not what a schema does not say it is: each viewer is told their own', async () => {
    const query = '{ mine { text reader } }';
    expect(await read('ada', query)).toEqual({ data: { mine: { text: 'old ', reader: 'ada' } } });
    text = 'new';
    expect(await read('bo', query)).toEqual({ data: { mine: { text: 'new ', reader: 'bo' } } });
    expect(notices.received).toHaveLength(2);
  });

  it('is not what is asked for together with something of one viewer', async () => {
    const query = '{ notice { reader } mine { reader } }';
    expect(await read('ada', query)).toEqual({ data: { notice: { reader: 'ada' }, mine: { reader: 'ada' } } });
    expect(await read('bo', query)).toEqual({ data: { notice: { reader: 'bo' }, mine: { reader: 'bo' } } });
  });

  it('is waited for by all who ask while it is under way', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    notices.beforeAnswer = () => held;
    const asked = Array.from({ length: 10 }, (_, n) => read(n % 2 === 0 ? 'ada' : 'bo', '{ notice { text } }'));
    setTimeout(release, 100);
    expect(await Promise.all(asked)).toEqual(asked.map(() => ({ data: { notice: { text: 'old ' } } })));
    expect(notices.received).toHaveLength(1);
    // Red control: what is one viewer's is asked for by each.
    await Promise.all(Array.from({ length: 3 }, () => read('ada', '{ mine { text } }')));
    expect(notices.received).toHaveLength(4);
  });

  it('is not kept when it holds an error', async () => {
    for (let n = 0; n < 2; n += 1) {
      expect(await read('ada', '{ fails }')).toMatchObject({ errors: [{ extensions: { code: 'TRY_AGAIN' } }] });
    }
    expect(notices.received).toHaveLength(2);
  });

  it('is another one for another audience, and no page between may keep it', async () => {
    const query = '{ notice { text } }';
    await read('ada', query);
    const officer = await issuer.token({ subject: 'ada', audience: 'zhijia-dashboard' });
    const { headers } = await gateway.ask('dashboard', officer, query);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(notices.received).toHaveLength(2);
  });

  it('is asked for again when its time is over', async () => {
    await read('ada', '{ brief }');
    text = 'new';
    const deadline = Date.now() + 10_000;
    let answer = await read('bo', '{ brief }');
    expect(answer).toEqual({ data: { brief: 'old' } });
    while (JSON.stringify(answer).includes('old') && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      answer = await read('bo', '{ brief }');
    }
    expect(answer).toEqual({ data: { brief: 'new' } });
  });
});
