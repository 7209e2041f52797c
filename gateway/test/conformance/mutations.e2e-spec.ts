import { conforms } from './kit/conforms.js';

const log: string[] = [];
const act = (what: string, waitMs = 0): Promise<string> =>
  new Promise((resolve) =>
    setTimeout(() => {
      log.push(what);
      resolve(log.join(' '));
    }, waitMs),
  );
const start = (): string => {
  log.length = 0;
  return 'started';
};

/** Root fields of a mutation happen one after the other, whichever subgraph each belongs to. */
conforms('mutations over subgraphs', {
  subgraphs: {
    left: {
      typeDefs: `type Query { log: [String!]! }
        type Mutation { start: String! left(name: String!, waitMs: Int): String! break: String item: Item }
        type Item @key(fields: "id") { id: ID! name: String! }`,
      resolvers: {
        Query: { log: () => log },
        Mutation: {
          start,
          left: (_root, { name, waitMs }) => act(`left:${name}`, waitMs),
          break: () => {
            log.push('broke');
            throw new Error('broken');
          },
          item: () => ({ id: '1', name: 'one' }),
        },
      },
    },
    right: {
      typeDefs: `type Query { unused: Int }
        type Mutation { right(name: String!, waitMs: Int): String! needed: String! }
        type Item @key(fields: "id") { id: ID! state: String! }`,
      resolvers: {
        Mutation: {
          right: (_root, { name, waitMs }) => act(`right:${name}`, waitMs),
          needed: () => {
            throw new Error('failed');
          },
        },
        Item: { __resolveReference: ({ id }: { id: string }) => ({ id }), state: () => log.join(' ') },
      },
    },
  },
  cases: [
    {
      it: 'happen in the order of the document, however long each takes',
      query: `mutation {
        start
        a: left(name: "a", waitMs: 40)
        b: right(name: "b", waitMs: 20)
        c: left(name: "c")
        d: left(name: "d", waitMs: 10)
        e: right(name: "e")
      }`,
      data: {
        start: 'started',
        a: 'left:a',
        b: 'left:a right:b',
        c: 'left:a right:b left:c',
        d: 'left:a right:b left:c left:d',
        e: 'left:a right:b left:c left:d right:e',
      },
      asks: { left: 2, right: 2 },
    },
    {
      it: 'happen in the order of their fragments too, each once',
      query: `mutation ($no: Boolean = true) { start ...R ... on Mutation { left(name: "l") } ...R not: left(name: "not") @skip(if: $no) }
        fragment R on Mutation { right(name: "r") }`,
      data: { start: 'started', right: 'right:r', left: 'right:r left:l' },
    },
    {
      it: 'go on after one that failed and may be null',
      query: 'mutation { start a: left(name: "a") break b: right(name: "b") }',
      data: { start: 'started', a: 'left:a', break: null, b: 'left:a broke right:b' },
      errors: ['INTERNAL at break'],
    },
    {
      it: 'see what was done before when their answers are joined',
      query: 'mutation { start left(name: "x") item { name state } }',
      data: { start: 'started', left: 'left:x', item: { name: 'one', state: 'left:x' } },
    },
    {
      it: 'empty the answer when one failed that may not be null',
      query: 'mutation { start right(name: "r") needed }',
      data: null,
      errors: ['INTERNAL at needed'],
    },
    {
      it: 'are chosen by name from a document of several',
      query: 'query Q { log } mutation M { start } mutation N { left(name: "n") }',
      operationName: 'M',
      data: { start: 'started' },
    },
  ],
});
