import { buildSubgraphSchema } from '@apollo/subgraph';
import { verifyViewerStatement, viewerStatementHeader, type Viewer } from '@zhijia/access';
import { randomBytes } from 'node:crypto';
import { fastify, type FastifyInstance } from 'fastify';
import { graphql, parse } from 'graphql';

type Resolvers = Record<string, Record<string, unknown>>;

export interface SubgraphContext {
  viewer: Viewer;
}

/** What a subgraph was sent. */
export interface ReceivedRequest {
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: string;
}

export interface SmallSubgraph {
  name: string;
  typeDefs: string;
  url: string;
  key: Buffer;
  /** Everything asked of `/graphql`, oldest first. */
  received: ReceivedRequest[];
  /** Waited for before each answer; for slow and for hanging subgraphs. */
  beforeAnswer: () => Promise<void>;
  server: FastifyInstance;
  stop(): Promise<void>;
}

/** A subgraph over real HTTP that accepts what carries a viewer statement and nothing else. */
export async function startSmallSubgraph(
  name: string,
  typeDefs: string,
  resolvers: Resolvers,
  addRoutes: (server: FastifyInstance) => void = () => {},
): Promise<SmallSubgraph> {
  const schema = buildSubgraphSchema([{ typeDefs: parse(typeDefs), resolvers: resolvers as never }]);
  const key = randomBytes(32);
  const server = fastify({ forceCloseConnections: true });
  const subgraph: SmallSubgraph = {
    name,
    typeDefs,
    url: '',
    key,
    received: [],
    beforeAnswer: async () => {},
    server,
    stop: () => server.close(),
  };
  server.removeContentTypeParser('application/json');
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  server.get('/health/ready', async () => ({ status: 'ready' }));
  server.addHook('preHandler', async (request, reply) => {
    if (request.url === '/health/ready') return;
    const header = request.headers[viewerStatementHeader];
    const check = verifyViewerStatement(
      typeof header === 'string' ? header : undefined,
      { subgraph: name, method: request.method, path: request.url, body: (request.body as string | undefined) ?? '' },
      [key],
      Date.now(),
    );
    if (check.kind === 'refused') {
      await reply
        .code(401)
        .send({ errors: [{ message: check.reason, extensions: { code: 'VIEWER_STATEMENT_REFUSED' } }] });
      return;
    }
    request.headers['x-viewer'] = JSON.stringify(check.viewer);
  });
  server.post<{ Body: string }>('/graphql', async (request) => {
    subgraph.received.push({ headers: request.headers, body: request.body });
    const { query, variables, operationName } = JSON.parse(request.body);
    const viewer = JSON.parse(String(request.headers['x-viewer'])) as Viewer;
    await subgraph.beforeAnswer();
    return graphql({
      schema,
      source: query,
      variableValues: variables,
      operationName,
      contextValue: { viewer } satisfies SubgraphContext,
    });
  });
  addRoutes(server);
  subgraph.url = await server.listen({ port: 0, host: '127.0.0.1' });
  return subgraph;
}
