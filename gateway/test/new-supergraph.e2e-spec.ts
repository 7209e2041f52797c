import { join } from 'node:path';
import { testIssuer, until, type TestIssuer } from '@zhijia/testing';
import { documentIdOf } from '../src/documents/trusted-documents.js';
import { startPeople, startPlaces } from './support/people-and-places.js';
import type { SmallSubgraph } from './support/small-subgraph.js';
import {
  composed,
  replaceFile,
  startTestGateway,
  writeManifest,
  type TestGateway,
} from './support/start-test-gateway.js';

const home = 'query Home { me { name home { town } } }';
const garden = 'query Garden { me { garden } }';

describe('another supergraph', () => {
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
      documents: { mobile: [home] },
      mode: 'production',
    });
    token = await issuer.token({ subject: 'ada' });
  });
  afterAll(async () => {
    await gateway.stop();
    await Promise.all([people.stop(), places.stop()]);
  });

  const ask = (body: object) => gateway.post('mobile', token, JSON.stringify(body));
  /** The people's subgraph with one field more, which is not there in fact: only the graph is looked at. */
  const withField = (name: string): string =>
    composed(
      [
        {
          ...people,
          typeDefs: people.typeDefs.replace('type Query {', `type Query { ${name}: String @tag(name: "mobile")`),
        },
        places,
      ],
      'mobile',
    );

  const refusedGraphs = async (): Promise<number> => {
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    return Number(/^zhijia_gateway_graph_replacements_total\{outcome="refused"\} (\d+)$/m.exec(text)?.[1] ?? 0);
  };

  it('takes over under load with its documents planned, and drops nothing', async () => {
    const statuses = new Map<number, number>();
    let isLoaded = true;
    // Slow enough that operations of the graph before are under way at every exchange.
    people.beforeAnswer = () => new Promise((resolve) => setTimeout(resolve, 20));
    const clients = Array.from({ length: 8 }, async () => {
      while (isLoaded) {
        const { status, body } = await ask({ query: home });
        const kind = body.errors === undefined ? status : -1;
        statuses.set(kind, (statuses.get(kind) ?? 0) + 1);
      }
    });
    for (const name of ['purse', 'wallet', 'coat']) {
      const asked = `{ ${name} }`;
      writeManifest(gateway.directory, 'mobile', [home, asked]);
      replaceFile(join(gateway.directory, 'mobile.graphql'), withField(name));
      await until(async () => (await ask({ documentId: documentIdOf(asked) })).status === 200, {
        what: `${name} is served`,
      });
    }
    isLoaded = false;
    await Promise.all(clients);
    people.beforeAnswer = async () => {};
    expect([...statuses.keys()]).toEqual([200]);
  }, 30_000);

  it('comes with what its clients were built with; what they no longer are is refused', async () => {
    writeManifest(gateway.directory, 'mobile', [garden]);
    await until(async () => (await ask({ query: garden })).status === 200, { what: 'the new manifest' });
    expect((await ask({ query: home })).body.errors?.[0].extensions.code).toBe('DOCUMENT_UNKNOWN');
  });

  it('that cannot be served changes nothing, nor does a manifest that cannot be read', async () => {
    for (const [file, text] of [
      ['mobile.json', '{"sha256:00": "{ me { id } }"}'],
      ['mobile.graphql', 'type Query'],
    ] as const) {
      const before = await refusedGraphs();
      replaceFile(join(gateway.directory, file), text);
      await until(async () => (await refusedGraphs()) > before, { what: `${file} was read` });
      writeManifest(gateway.directory, 'mobile', [garden]);
    }
    expect((await ask({ query: garden })).status).toBe(200);
    writeManifest(gateway.directory, 'mobile', [home, garden]);
    replaceFile(join(gateway.directory, 'mobile.graphql'), withField('hat'));
    await until(async () => (await ask({ query: home })).status === 200, { what: 'the mended graph' });
  });
});
