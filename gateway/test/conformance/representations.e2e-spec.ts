import { conforms } from './kit/conforms.js';

const owner = (id: string | null): object | null => (id === null ? null : { id });

/** What stands in a list more than once is asked for once at most, and stands in every place of the answer. */
conforms('representations', {
  subgraphs: {
    things: {
      typeDefs: `type Query { list: [Owner] grid: [[Owner]!] cube: [[[Thing!]]] things: [Thing!]! nothing: [Owner!] }
        type Thing { owner: Owner other: Owner }
        type Owner @key(fields: "id") { id: ID! }`,
      resolvers: {
        Query: {
          list: () => ['1', '2', null, '1', '1', '3'].map(owner),
          grid: () => [['1', '2'], [], [null, '1']].map((row) => row.map(owner)),
          cube: () => [[[{ owner: owner('1') }, { owner: owner('2') }], null], null, [[{ owner: owner('1') }]]],
          things: () => [
            { owner: owner('1'), other: owner('2') },
            { owner: owner('2'), other: owner('1') },
          ],
          nothing: () => [],
        },
      },
    },
    names: {
      typeDefs: `type Owner @key(fields: "id") { id: ID! name(loud: Boolean): String friends: [Owner!]! }`,
      resolvers: {
        Owner: {
          __resolveReference: ({ id }: { id: string }) => (id === '3' ? null : { id }),
          name: ({ id }: { id: string }, { loud }: { loud?: boolean }) => `${loud === true ? 'NAME' : 'name'} ${id}`,
          friends: ({ id }: { id: string }) => [{ id: id === '1' ? '2' : '1' }, { id: '2' }],
        },
      },
    },
  },
  cases: [
    {
      it: 'are sent once each, without nulls, and answered in every place',
      query: '{ list { name } }',
      data: {
        list: [{ name: 'name 1' }, { name: 'name 2' }, null, { name: 'name 1' }, { name: 'name 1' }, { name: null }],
      },
      representations: { names: [['1', '2', '3'].map((id) => ({ __typename: 'Owner', id }))] },
    },
    {
      it: 'keep their places in lists of lists',
      query: '{ grid { id name } cube { owner { name } } }',
      data: {
        grid: [
          [
            { id: '1', name: 'name 1' },
            { id: '2', name: 'name 2' },
          ],
          [],
          [null, { id: '1', name: 'name 1' }],
        ],
        cube: [
          [[{ owner: { name: 'name 1' } }, { owner: { name: 'name 2' } }], null],
          null,
          [[{ owner: { name: 'name 1' } }]],
        ],
      },
    },
    {
      it: 'are not mixed up between two fields of one type',
      query: '{ things { owner { name } other { shout: name(loud: true) name } } }',
      data: {
        things: [
          { owner: { name: 'name 1' }, other: { shout: 'NAME 2', name: 'name 2' } },
          { owner: { name: 'name 2' }, other: { shout: 'NAME 1', name: 'name 1' } },
        ],
      },
    },
    {
      it: 'are not sent at all where there are none',
      query: '{ nothing { name } }',
      data: { nothing: [] },
      asks: { things: 1, names: 0 },
    },
    ...[true, false].map((representations) => ({
      it: `are not mistaken for a variable of the client's, ${representations}`,
      query: `query ($representations: Boolean!) {
        things { owner { name(loud: $representations) other: id @include(if: $representations) } }
        __schema @skip(if: $representations) { __typename }
      }`,
      variables: { representations },
      data: {
        things: ['1', '2'].map((id) => ({
          owner: { name: `${representations ? 'NAME' : 'name'} ${id}`, ...(representations ? { other: id } : {}) },
        })),
        ...(representations ? {} : { __schema: { __typename: '__Schema' } }),
      },
    })),
    {
      it: 'stand for objects that hold the same ones again',
      query: '{ list { friends { id friends { name } } } }',
      data: {
        list: [
          { friends: [friend('2', ['1', '2']), friend('2', ['1', '2'])] },
          { friends: [friend('1', ['2', '2']), friend('2', ['1', '2'])] },
          null,
          { friends: [friend('2', ['1', '2']), friend('2', ['1', '2'])] },
          { friends: [friend('2', ['1', '2']), friend('2', ['1', '2'])] },
          null,
        ],
      },
    },
  ],
});

function friend(id: string, friendsOfFriend: readonly string[]): object {
  return { id, friends: friendsOfFriend.map((each) => ({ name: `name ${each}` })) };
}
