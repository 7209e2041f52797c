import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse } from 'graphql';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- as in graphql-js: a resolver's parent is what it is
type Resolver = (parent: any, given: any) => unknown;
type Resolvers = Record<string, Record<string, Resolver>>;

/** One subgraph of a conformance test, as its author would write it. */
export interface SubgraphUnderTest {
  typeDefs: string;
  resolvers?: Resolvers;
  /** Answers in place of the schema; for subgraphs that misbehave. */
  instead?: (response: ServerResponse, request: AskedRequest) => void;
}

/** What a subgraph was asked. */
export interface AskedRequest {
  query: string;
  variables: Record<string, unknown>;
}

export interface SubgraphServer {
  name: string;
  typeDefs: string;
  url: string;
  asked: AskedRequest[];
  stop(): Promise<void>;
}

/** What a subgraph of Federation 2 imports; each uses what it likes of it. */
export const federation = `extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.9"
  import: [
    "@key", "@requires", "@provides", "@external", "@shareable", "@override", "@inaccessible", "@interfaceObject"
    "@extends", "@tag", "FieldSet"
  ]
)\n`;

/** A subgraph by graphql-js and `@apollo/subgraph` over real HTTP on this machine. */
export async function startSubgraph(name: string, subgraph: SubgraphUnderTest): Promise<SubgraphServer> {
  const typeDefs = federation + subgraph.typeDefs;
  const schema = buildSubgraphSchema([{ typeDefs: parse(typeDefs), resolvers: (subgraph.resolvers ?? {}) as never }]);
  const asked: AskedRequest[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      const { query, variables = {}, operationName } = JSON.parse(text);
      asked.push({ query, variables });
      if (subgraph.instead !== undefined) return subgraph.instead(response, { query, variables });
      return void graphql({ schema, source: query, variableValues: variables, operationName }).then((result) => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(result));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { name, typeDefs, url: `http://127.0.0.1:${port}/${name}`, asked, stop: () => stop(server) };
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
