import { composeSupergraph, startStandAlone, type StandAloneGateway } from '../../support/stand-alone.js';
import { startSubgraph, type AskedRequest, type SubgraphServer, type SubgraphUnderTest } from './subgraph-server.js';

/** One operation and all of its answer. */
export interface Case {
  /** What it shows, as the rest of a sentence. */
  it: string;
  query: string;
  variables?: object;
  operationName?: string;
  /** Fields in the order in which they are to come; undefined where nothing is executed. */
  data: unknown;
  /** `CODE at path`, in any order; none when left out. */
  errors?: readonly string[];
  /** How often each subgraph is asked; those left out are not looked at. */
  asks?: Readonly<Record<string, number>>;
  /** All representations that a subgraph is sent, one list a request. */
  representations?: Readonly<Record<string, unknown>>;
}

/** What one graph answers: its subgraphs, composed, behind the stand-alone gateway. */
export function conforms(
  topic: string,
  graph: { subgraphs: Readonly<Record<string, SubgraphUnderTest>>; cases: readonly Case[] },
): void {
  describe(topic, () => {
    let servers: SubgraphServer[] = [];
    let gateway: StandAloneGateway | undefined;
    let url: string;

    beforeAll(async () => {
      servers = await Promise.all(
        Object.entries(graph.subgraphs).map(([name, subgraph]) => startSubgraph(name, subgraph)),
      );
      gateway = await startStandAlone(composeSupergraph(servers));
      url = gateway.url;
    });
    afterAll(async () => {
      await gateway?.stop();
      await Promise.all(servers.map((server) => server.stop()));
    });
    beforeEach(() => {
      for (const { asked } of servers) asked.length = 0;
    });

    it.each(graph.cases.map((each) => [each.it, each] as const))('%s', async (_it, expected) => {
      const { query, variables, operationName } = expected;
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
        body: JSON.stringify({ query, variables, operationName }),
      });
      const { data, errors, ...rest } = (await response.json()) as { data?: unknown; errors?: ToldError[] };
      expect(data).toEqual(expected.data);
      // The specification also says in which order: that of the operation.
      expect(JSON.stringify(data)).toBe(JSON.stringify(expected.data));
      expect((errors ?? []).map(told).sort()).toEqual([...(expected.errors ?? [])].sort());
      expect(rest).toEqual({});
      expect(response.status).toBe(data === undefined ? 400 : 200);

      const askedOf = (name: string): AskedRequest[] => servers.find((server) => server.name === name)?.asked ?? [];
      const asks = Object.keys(expected.asks ?? {}).map((name) => [name, askedOf(name).length] as const);
      expect(Object.fromEntries(asks)).toEqual(expected.asks ?? {});
      const sent = Object.keys(expected.representations ?? {}).map(
        (name) => [name, askedOf(name).map(({ variables: given }) => given['representations'])] as const,
      );
      expect(Object.fromEntries(sent)).toEqual(expected.representations ?? {});
    });
  });
}

interface ToldError {
  path?: readonly (string | number)[];
  extensions: { code: string };
}

function told({ path, extensions }: ToldError): string {
  return path === undefined ? extensions.code : `${extensions.code} at ${path.join('.')}`;
}

/** Finds a row of a test's data by what identifies it. */
export function byKey<Row extends object>(rows: readonly Row[], ...keys: readonly (keyof Row & string)[]) {
  return (reference: Record<string, unknown>): Row | null =>
    rows.find((row) => keys.every((key) => reference[key] !== undefined && row[key] === reference[key])) ?? null;
}
