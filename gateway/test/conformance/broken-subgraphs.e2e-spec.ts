import type { ServerResponse } from 'node:http';
import { conforms } from './kit/conforms.js';

const rows = [{ id: '1' }, { id: '2' }];
const list = {
  typeDefs: `type Query { rows: [Row!]! one: Row strict: [Strict!]! }
    type Row @key(fields: "id") { id: ID! }
    type Strict @key(fields: "id") { id: ID! }`,
  resolvers: { Query: { rows: () => rows, one: () => rows[0], strict: () => rows } },
};
const typeDefs = `type Query { note: String notes: [String!]! }
  type Row @key(fields: "id") { id: ID! value: Int text: String }
  type Strict @key(fields: "id") { id: ID! value: Int! }`;

const answers = (body: unknown, status = 200) => ({
  typeDefs,
  instead: (response: ServerResponse) => {
    response.statusCode = status;
    response.setHeader('content-type', 'application/json');
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  },
});

const query = '{ rows { id value } }';
const without = {
  rows: [
    { id: '1', value: null },
    { id: '2', value: null },
  ],
};

/** Whatever one of them does, the rest of the answer stands, and what is missing is told once. */
for (const [topic, more, errors] of [
  ['a subgraph that answers no JSON', answers('<html>busy</html>'), ['INTERNAL']],
  ['a subgraph that answers half of it', answers('{"data":{"_entities":[{"va'), ['INTERNAL']],
  ['a subgraph that answers nothing', answers(''), ['INTERNAL']],
  ['a subgraph that answers 500', answers('{"oops":1}', 500), ['INTERNAL']],
  ['a subgraph that answers a list', answers([]), ['INTERNAL']],
  ['a subgraph that answers null', answers('null'), ['INTERNAL']],
  ['a subgraph behind a proxy that has no place', answers('no place', 503), ['SUBGRAPH_UNAVAILABLE']],
  [
    'a subgraph that ends the connection',
    { typeDefs, instead: (response: ServerResponse) => response.socket?.destroy() },
    ['SUBGRAPH_UNAVAILABLE'],
  ],
  ['a subgraph that says nothing', { typeDefs, instead: () => {} }, ['SUBGRAPH_UNAVAILABLE']],
  [
    'a subgraph that stops in the middle',
    { typeDefs, instead: (response: ServerResponse) => response.write('{"data":{"_entities":[') },
    ['SUBGRAPH_UNAVAILABLE'],
  ],
] as const) {
  conforms(topic, {
    subgraphs: { list, more },
    cases: [
      { it: 'leaves the rest of the answer', query, data: without, errors },
      {
        it: 'leaves a root field of its own null',
        query: '{ one { id } note }',
        data: { one: { id: '1' }, note: null },
        errors: errors.map((code) => `${code}${code === 'SUBGRAPH_UNAVAILABLE' ? ' at note' : ''}`),
      },
      { it: 'is not asked where it is not needed', query: '{ rows { id } }', data: { rows }, asks: { more: 0 } },
    ],
  });
}

/** What a subgraph says against its own schema is no data; it never becomes somebody else's. */
for (const [what, entities, values, errors] of [
  ['fewer entities than it was asked for', [{ value: 1 }], [null, null], ['INTERNAL']],
  ['no list', { value: 1 }, [null, null], ['INTERNAL']],
  ['null for all', null, [null, null], ['INTERNAL']],
  ['null for one', [null, { value: 2 }], [null, 2], []],
  ['texts for entities', ['x', { value: 2 }], [null, 2], []],
  ['another type than it said', [{ value: 'x' }, { value: 2 }], [null, 2], []],
  ['more than it was asked for', [{ value: 1, secret: 's' }, { value: 2 }], [1, 2], []],
] as const) {
  conforms(`a subgraph that answers ${what}`, {
    subgraphs: { list, more: answers({ data: { _entities: entities } }) },
    cases: [
      {
        it: 'gives no field to the wrong object',
        query,
        data: { rows: rows.map(({ id }, index) => ({ id, value: values[index] })) },
        errors,
      },
    ],
  });
}

conforms('a subgraph that answers data and errors', {
  subgraphs: {
    list,
    more: answers({
      data: { _entities: [{ value: 1 }, { value: null }] },
      errors: [
        {
          message: 'x',
          path: ['_entities', 1, 'value'],
          extensions: { code: 'ACCESS_DENIED', http: { status: 418, headers: [['x-a', 'b']] } },
        },
        { message: 'without a place', extensions: { code: 'TRY_AGAIN', retryable: true, serviceName: 'more' } },
        { message: 'nowhere', path: ['_entities', 9, 'value'], extensions: { code: 'ACCESS_DENIED' } },
      ],
    }),
  },
  cases: [
    {
      it: 'gives both, each where it belongs, and says nothing of HTTP',
      query,
      data: {
        rows: [
          { id: '1', value: 1 },
          { id: '2', value: null },
        ],
      },
      errors: ['ACCESS_DENIED at rows.1.value', 'TRY_AGAIN', 'ACCESS_DENIED at rows'],
    },
  ],
});

conforms('a subgraph that is gone where nothing may be null', {
  subgraphs: { list, more: answers('', 503) },
  cases: [
    {
      it: 'empties the answer and says so once',
      query: '{ rows { id } strict { value } }',
      data: null,
      errors: ['SUBGRAPH_UNAVAILABLE'],
    },
  ],
});
