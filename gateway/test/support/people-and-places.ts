import { GraphQLError } from 'graphql';
import { startSmallSubgraph, type SmallSubgraph, type SubgraphContext } from './small-subgraph.js';

const federation = `extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@tag", "@inaccessible"])\n`;
const all = '@tag(name: "mobile") @tag(name: "dashboard") @tag(name: "bank")';

const peopleTypeDefs = `${federation}
type Query {
  me: Person ${all}
  people: [Person!] ${all}
  crowd(first: Int ${all}): [Person!] ${all}
  fails: String ${all}
  refuses: String ${all}
  triesAgain: String ${all}
  mistypes: String ${all}
  pocket: String @tag(name: "mobile")
}
type Mutation { rename(name: String! @tag(name: "mobile")): Person @tag(name: "mobile") }
type Person @key(fields: "id") {
  id: ID! ${all}
  name: String! ${all}
  shoeSize: Int! ${all}
  friend: Person ${all}
  bedroom: String @tag(name: "mobile")
}`;

const placesTypeDefs = `${federation}
type Query { towns: [String!] ${all} }
type Person @key(fields: "id") {
  id: ID! ${all}
  home: Home ${all}
  garden: String! ${all}
}
type Home { town: String! ${all} }`;

function coded(code: string): GraphQLError {
  return new GraphQLError(`at http://10.0.0.1:4101: SELECT secret FROM person (${code})`, { extensions: { code } });
}

const ada = { id: '1', name: 'Ada', shoeSize: 38 };
const bo = { id: '2', name: 'Bo', shoeSize: 43 };
/** Known to one subgraph, refused by the other. */
const cy = { id: '3', name: 'Cy', shoeSize: 41 };

export function startPeople(): Promise<SmallSubgraph> {
  return startSmallSubgraph('people', peopleTypeDefs, {
    Query: {
      me: (_: unknown, _args: unknown, { viewer }: SubgraphContext) => ({ ...ada, name: viewer.subject }),
      people: () => [ada, bo],
      crowd: () => [ada],
      fails: () => {
        throw new Error('connect ECONNREFUSED 10.0.0.1:5432, SELECT secret FROM person');
      },
      refuses: () => {
        throw new GraphQLError('You may not. 不可以。', {
          extensions: { code: 'ACCESS_DENIED', stacktrace: ['at x'] },
        });
      },
      triesAgain: () => {
        throw new GraphQLError('Again. 再试。', { extensions: { code: 'TRY_AGAIN', retryable: true } });
      },
      mistypes: () => {
        throw coded('GRAPHQL_VALIDATION_FAILED');
      },
      pocket: () => 'keys',
    },
    Mutation: { rename: (_: unknown, { name }: { name: string }) => ({ ...ada, name }) },
    Person: { friend: () => cy, bedroom: () => 'blue' },
  });
}

export const boardLines = 40_000;
export const manifestHash = 'ab'.repeat(32);
export const boardId = '0199d1a0-0000-7000-8000-000000000001';

export function startPlaces(): Promise<SmallSubgraph> {
  return startSmallSubgraph(
    'places',
    placesTypeDefs,
    {
      Query: { towns: () => ['Beijing'] },
      Person: {
        home: ({ id }: { id: string }) => ({ town: `Town ${id}` }),
        garden: () => 'roses',
        __resolveReference: (reference: { id: string }) => (reference.id === cy.id ? null : reference),
      },
    },
    (server) => {
      server.get(`/boards/${boardId}.ndjson`, async (request, reply) => {
        if (request.headers['if-none-match'] === '"board"') return reply.code(304).header('etag', '"board"').send();
        return reply
          .header('content-type', 'application/x-ndjson')
          .header('etag', '"board"')
          .header('x-inside', 'yes')
          .send(Array.from({ length: boardLines }, (_, line) => `{"line":${line}}\n`).join(''));
      });
      server.get(`/manifests/${manifestHash}.jws`, (_request, reply) =>
        reply.header('cache-control', 'public, max-age=31536000, immutable').send('signed'),
      );
    },
  );
}
