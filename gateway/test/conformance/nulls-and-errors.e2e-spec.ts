import { GraphQLError } from 'graphql';
import { conforms } from './kit/conforms.js';

const refused = (code: string): GraphQLError => new GraphQLError(`refused: ${code}`, { extensions: { code } });
const ids = (...all: (string | null)[]): unknown[] => all.map((id) => (id === null ? null : { id }));

conforms('nulls and errors through entities', {
  subgraphs: {
    list: {
      typeDefs: `type Query {
          maybe: [Row] sure: [Row!] rows: [Row!]! grid: [[Row]] one: Row must: Holder
          fails: String failsSurely: String! denied: Int listFails: [String] withErrors: [Part]
        }
        type Holder { row: Row! rows: [Row!]! other: Int }
        type Row @key(fields: "id") { id: ID! own: String }
        type Part { ok: Int bad: Int must: Int! }`,
      resolvers: {
        Query: {
          maybe: () => ids('1', null, 'gone', '2'),
          sure: () => ids('1', '2'),
          rows: () => ids('1', 'bad', '2'),
          grid: () => [ids('1', 'bad'), null, ids('gone', null, 'bad')],
          one: () => ({ id: 'bad' }),
          must: () => ({ row: { id: 'gone' }, rows: ids('1', 'gone'), other: 5 }),
          fails: () => {
            throw new Error('secret');
          },
          failsSurely: () => {
            throw new Error('secret');
          },
          denied: () => {
            throw refused('ACCESS_DENIED');
          },
          listFails: () => ['a', new Error('secret'), 'c'],
          withErrors: () => [
            { ok: 1, bad: refused('TRY_AGAIN'), must: 1 },
            { ok: 2, bad: 3, must: refused('ACCESS_DENIED') },
          ],
        },
      },
    },
    more: {
      typeDefs: `type Row @key(fields: "id") { id: ID! value: Int sure: Int! inner: Inner }
        type Inner { value: Int! list: [Int!] }`,
      resolvers: {
        Row: {
          __resolveReference: ({ id }: { id: string }) => (id === 'gone' ? null : { id }),
          value: ({ id }: { id: string }) => {
            if (id === 'bad') throw refused('ACCESS_DENIED');
            return Number(id);
          },
          sure: ({ id }: { id: string }) => {
            if (id === 'bad') throw refused('BAD_USER_INPUT');
            return Number(id) * 10;
          },
          inner: ({ id }: { id: string }) => ({
            value: id === 'bad' ? refused('TRY_AGAIN') : 1,
            list: id === 'bad' ? [1, refused('ACCESS_DENIED'), 3] : [1, 2],
          }),
        },
      },
    },
  },
  cases: [
    {
      it: 'tell the path through the list, and keep what is whole',
      query: '{ rows { id value } }',
      data: {
        rows: [
          { id: '1', value: 1 },
          { id: 'bad', value: null },
          { id: '2', value: 2 },
        ],
      },
      errors: ['ACCESS_DENIED at rows.1.value'],
    },
    {
      it: 'tell it under the names of the client, and for every place of one entity',
      query: '{ a: rows { x: value } b: grid { y: value } }',
      data: {
        a: [{ x: 1 }, { x: null }, { x: 2 }],
        b: [[{ y: 1 }, { y: null }], null, [{ y: null }, null, { y: null }]],
      },
      errors: ['ACCESS_DENIED at a.1.x', 'ACCESS_DENIED at b.0.1.y', 'ACCESS_DENIED at b.2.2.y'],
    },
    {
      it: 'empty the nearest object that may be null, in lists of lists',
      query: '{ grid { id sure } }',
      data: {
        grid: [[{ id: '1', sure: 10 }, null], null, [null, null, null]],
      },
      errors: ['BAD_USER_INPUT at grid.0.1.sure', 'BAD_USER_INPUT at grid.2.2.sure'],
    },
    {
      it: 'empty the whole answer where nothing between may be null',
      query: '{ rows { sure } other: fails }',
      data: null,
      errors: ['BAD_USER_INPUT at rows.1.sure', 'INTERNAL at other'],
    },
    {
      it: 'empty a list that may be null, not what stands beside it',
      query: '{ one { id inner { value } own } rows { inner { list } } }',
      data: {
        one: { id: 'bad', inner: null, own: null },
        rows: [{ inner: { list: [1, 2] } }, { inner: { list: null } }, { inner: { list: [1, 2] } }],
      },
      errors: ['ACCESS_DENIED at rows.1.inner.list.1', 'TRY_AGAIN at one.inner.value'],
    },
    {
      it: 'do not tell what is not there from what is not known: an entity without an answer has null fields',
      query: '{ maybe { id value } }',
      data: { maybe: [{ id: '1', value: 1 }, null, { id: 'gone', value: null }, { id: '2', value: 2 }] },
    },
    {
      it: 'and where those may not be null, the nearest object that may is null',
      query: '{ maybe { id sure } must { other row { sure } } sure { sure } }',
      data: {
        maybe: [{ id: '1', sure: 10 }, null, null, { id: '2', sure: 20 }],
        must: null,
        sure: [{ sure: 10 }, { sure: 20 }],
      },
    },
    {
      it: 'stay with the field that failed at the root',
      query: '{ a: fails denied listFails sure { value } }',
      data: { a: null, denied: null, listFails: ['a', null, 'c'], sure: [{ value: 1 }, { value: 2 }] },
      errors: ['ACCESS_DENIED at denied', 'INTERNAL at a', 'INTERNAL at listFails.1'],
    },
    {
      it: 'empty the answer where the root field may not be null',
      query: '{ sure { value } failsSurely }',
      data: null,
      errors: ['INTERNAL at failsSurely'],
    },
    {
      it: 'keep the place of each in a list of one subgraph',
      query: '{ withErrors { ok bad must } }',
      data: { withErrors: [{ ok: 1, bad: null, must: 1 }, null] },
      errors: ['ACCESS_DENIED at withErrors.1.must', 'TRY_AGAIN at withErrors.0.bad'],
    },
  ],
});
