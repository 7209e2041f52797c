import { byKey, conforms } from './kit/conforms.js';

const ada = { id: '1', name: 'Ada', tags: ['a', 'b'], boss: { id: '2' } };
const bo = { id: '2', name: 'Bo', tags: [], boss: null };
const people = [ada, bo];

const subgraphs = {
  people: {
    typeDefs: `type Query {
        people(first: Int = 2, named: [String]): [Person!]!
        person(id: ID, by: By): Person
        given(text: String, number: Int = 7, list: [Int] = [1, null]): String!
      }
      input By { name: String = "Ada", id: ID }
      type Person @key(fields: "id") { id: ID! name: String! tags(upTo: Int): [String!]! boss: Person }`,
    resolvers: {
      Query: {
        people: (_root: unknown, { first, named }: { first: number; named?: string[] }) =>
          people.filter(({ name }) => named?.includes(name) ?? true).slice(0, first),
        person: (_root: unknown, { id, by }: { id?: string; by?: { name?: string; id?: string } }) =>
          people.find((each) => each.id === (id ?? by?.id) || (id == null && each.name === by?.name)) ?? null,
        given: (_root: unknown, given: object) => JSON.stringify(given),
      },
      Person: {
        __resolveReference: byKey(people, 'id'),
        tags: ({ id }: { id: string }, { upTo }: { upTo?: number }) =>
          people.find((each) => each.id === id)?.tags.slice(0, upTo) ?? [],
        name: ({ id }: { id: string }) => people.find((each) => each.id === id)?.name,
        boss: ({ id }: { id: string }) => people.find((each) => each.id === id)?.boss ?? null,
      },
    },
  },
  pay: {
    typeDefs: `type Query { paid(first: Int): [Person!]! }
      type Person @key(fields: "id") { id: ID! pay(in: String = "CNY"): String! bonus(percent: Float): Int slips: [Slip!]! }
      type Slip { month: Int! of: Person! }`,
    resolvers: {
      Query: {
        paid: (_root: unknown, { first }: { first?: number }) => people.slice(0, first).map(({ id }) => ({ id })),
      },
      Person: {
        __resolveReference: ({ id }: { id: string }) => ({ id }),
        pay: ({ id }: { id: string }, given: { in: string }) => `${id}00 ${given.in}`,
        bonus: (_person: unknown, { percent }: { percent?: number }) => (percent === undefined ? null : percent * 10),
        slips: ({ id }: { id: string }) => [1, 2].map((month) => ({ month, of: { id } })),
      },
    },
  },
};

conforms('aliases and fragments', {
  subgraphs,
  cases: [
    {
      it: 'come back under the names and in the order that the client wrote',
      query: '{ z: people { pay b: name a: id } a: people(first: 1) { id: pay(in: "EUR") pay: id name: tags } }',
      data: {
        z: [
          { pay: '100 CNY', b: 'Ada', a: '1' },
          { pay: '200 CNY', b: 'Bo', a: '2' },
        ],
        a: [{ id: '100 EUR', pay: '1', name: ['a', 'b'] }],
      },
    },
    {
      it: 'ask one field of another subgraph with several arguments at once',
      query: '{ people(first: 1) { yuan: pay euro: pay(in: "EUR") bonus(percent: 2.5) none: bonus } }',
      data: { people: [{ yuan: '100 CNY', euro: '100 EUR', bonus: 25, none: null }] },
      asks: { people: 1 },
    },
    {
      it: 'join one response name that stands in several fragments',
      query: `query { people(first: 1) { ...A boss { id } ...B ... { boss { name } } ... on Person { slips { month } } } }
        fragment A on Person { boss { pay } slips { of { name } } }
        fragment B on Person { ...A boss { tags slips { of { ...C } } } }
        fragment C on Person { pay id }`,
      data: {
        people: [
          {
            boss: {
              pay: '200 CNY',
              id: '2',
              tags: [],
              slips: [{ of: { pay: '200 CNY', id: '2' } }, { of: { pay: '200 CNY', id: '2' } }],
              name: 'Bo',
            },
            slips: [
              { of: { name: 'Ada' }, month: 1 },
              { of: { name: 'Ada' }, month: 2 },
            ],
          },
        ],
      },
    },
    {
      it: 'work in the same way from a list that begins elsewhere',
      query: '{ paid(first: 1) { ...P again: boss { ...P } } } fragment P on Person { name __typename pay } ',
      data: {
        paid: [
          {
            name: 'Ada',
            __typename: 'Person',
            pay: '100 CNY',
            again: { name: 'Bo', __typename: 'Person', pay: '200 CNY' },
          },
        ],
      },
    },
    {
      it: 'may carry names that programs trip over',
      query:
        '{ people(first: 1) { constructor: pay hasOwnProperty: name toString: id valueOf: bonus } __proto: __typename }',
      data: {
        people: [{ constructor: '100 CNY', hasOwnProperty: 'Ada', toString: '1', valueOf: null }],
        __proto: 'Query',
      },
    },
  ],
});

conforms('__typename', {
  subgraphs,
  cases: [
    {
      it: 'of the root needs no subgraph',
      query: '{ __typename again: __typename }',
      data: { __typename: 'Query', again: 'Query' },
      asks: { people: 0, pay: 0 },
    },
    {
      it: 'stands at every level, in place, among fields of all subgraphs',
      query:
        '{ __typename people(first: 1) { a: __typename pay __typename slips { __typename of { b: __typename } } } c: __typename }',
      data: {
        __typename: 'Query',
        people: [
          {
            a: 'Person',
            pay: '100 CNY',
            __typename: 'Person',
            slips: [
              { __typename: 'Slip', of: { b: 'Person' } },
              { __typename: 'Slip', of: { b: 'Person' } },
            ],
          },
        ],
        c: 'Query',
      },
    },
  ],
});

conforms('@skip and @include', {
  subgraphs,
  cases: [
    {
      it: 'leave out fields by a value, and spare the fetch that nothing is left of',
      query: '{ people(first: 1) { name pay @skip(if: true) bonus @include(if: false) } }',
      data: { people: [{ name: 'Ada' }] },
      asks: { people: 1, pay: 0 },
    },
    ...[
      { no: true, yes: false, data: {} },
      { no: true, yes: true, data: { slips: [{ month: 1 }, { month: 2 }] } },
      { no: false, yes: false, data: { pay: '100 CNY' } },
      { no: false, yes: true, data: { pay: '100 CNY', slips: [{ month: 1 }, { month: 2 }] } },
    ].map(({ no, yes, data }) => ({
      it: `follow variables: $no ${no}, $yes ${yes}`,
      query:
        'query ($no: Boolean!, $yes: Boolean!) { people(first: 1) { id pay @skip(if: $no) slips @include(if: $yes) { month } } }',
      variables: { no, yes },
      data: { people: [{ id: '1', ...data }] },
    })),
    {
      it: 'follow a variable by its default',
      query: 'query ($yes: Boolean = false) { people(first: 1) { id pay @include(if: $yes) name @skip(if: $yes) } }',
      data: { people: [{ id: '1', name: 'Ada' }] },
    },
    {
      it: 'hold for fragments of every kind, one inside the other',
      query: `query ($yes: Boolean!, $no: Boolean!) {
        people(first: 1) {
          ...P @include(if: $yes)
          ... on Person @skip(if: $yes) { tags }
          ... @include(if: $yes) { slips { ... @skip(if: $no) { month of { name @include(if: $no) id } } } }
        }
      }
      fragment P on Person { name ... @include(if: $no) { pay } }`,
      variables: { yes: true, no: false },
      data: {
        people: [
          {
            name: 'Ada',
            slips: [
              { month: 1, of: { id: '1' } },
              { month: 2, of: { id: '1' } },
            ],
          },
        ],
      },
    },
    {
      it: 'must both agree where both stand',
      query:
        'query ($t: Boolean!, $f: Boolean!) { a: given @skip(if: $f) @include(if: $f) b: given @skip(if: $t) @include(if: $t) c: person(id: 1) @include(if: $t) @skip(if: $f) { id } }',
      variables: { t: true, f: false },
      data: { c: { id: '1' } },
    },
    {
      it: 'bring a field that one place leaves out and another does not',
      query:
        'query ($no: Boolean!) { person(id: 1) { pay @skip(if: $no) ... on Person { pay } boss @skip(if: $no) { id } } more: person(id: 1) { boss { id @skip(if: $no) ... { id } } } }',
      variables: { no: true },
      data: { person: { pay: '100 CNY' }, more: { boss: { id: '2' } } },
    },
    {
      it: 'leave an empty object where they leave out all',
      query: 'query ($no: Boolean!) { person(id: 1) { name @skip(if: $no) } people { pay @skip(if: $no) } }',
      variables: { no: true },
      data: { person: {}, people: [{}, {}] },
      asks: { pay: 0 },
    },
    {
      it: 'leave an empty answer where they leave out all of it',
      query: '{ people @skip(if: true) { id } }',
      data: {},
      asks: { people: 0 },
    },
  ],
});

conforms('variables', {
  subgraphs,
  cases: [
    {
      it: 'that are absent let the default of the argument be',
      query: 'query ($t: String, $n: Int, $l: [Int]) { given(text: $t, number: $n, list: $l) }',
      data: { given: '{"number":7,"list":[1,null]}' },
    },
    {
      it: 'that are null are null',
      query: 'query ($t: String, $n: Int, $l: [Int]) { given(text: $t, number: $n, list: $l) }',
      variables: { t: null, n: null, l: null },
      data: { given: '{"text":null,"number":null,"list":null}' },
    },
    {
      it: 'have defaults of their own',
      query: 'query ($t: String = "x", $n: Int = 1, $l: [Int] = [2]) { given(text: $t, number: $n, list: $l) }',
      variables: { n: 5 },
      data: { given: '{"text":"x","number":5,"list":[2]}' },
    },
    {
      it: 'become a list where one is expected, and stand within lists and objects',
      query:
        'query ($l: [Int], $i: Int, $name: String) { a: given(list: $l) b: given(list: [$i, 2]) person(by: { name: $name, id: "9" }) { id } }',
      variables: { l: 3, i: 1, name: 'Bo' },
      data: { a: '{"number":7,"list":[3]}', b: '{"number":7,"list":[1,2]}', person: { id: '2' } },
    },
    {
      it: 'reach fetches of entities as well',
      query: 'query ($in: String!, $p: Float) { people { pay(in: $in) bonus(percent: $p) } }',
      variables: { in: 'USD', p: 3 },
      data: {
        people: [
          { pay: '100 USD', bonus: 30 },
          { pay: '200 USD', bonus: 30 },
        ],
      },
    },
    {
      it: 'are numbers and texts as an ID may be',
      query: 'query ($a: ID, $b: ID) { a: person(id: $a) { id } b: person(id: $b) { id } }',
      variables: { a: 1, b: '2' },
      data: { a: { id: '1' }, b: { id: '2' } },
    },
    ...[
      ['of another type', { n: 'x' }],
      ['of a number that is none', { n: 1.5 }],
      ['out of range', { n: 2 ** 31 }],
    ].map(([what, variables]) => ({
      it: `are refused when they are ${what as string}`,
      query: 'query ($n: Int!) { given(number: $n) }',
      variables: variables as object,
      data: undefined,
      errors: ['BAD_USER_INPUT'],
      asks: { people: 0 },
    })),
    {
      it: 'that nobody declared are not looked at',
      query: 'query ($n: Int) { given(number: $n) }',
      variables: { n: 1, other: { deep: [1] } },
      data: { given: '{"number":1,"list":[1,null]}' },
    },
    {
      it: 'with a default satisfy an argument that must be there',
      query: 'query ($yes: Boolean = true) { people(first: 1) { id name @include(if: $yes) } }',
      variables: {},
      data: { people: [{ id: '1', name: 'Ada' }] },
    },
  ],
});

conforms('introspection', {
  subgraphs,
  cases: [
    {
      it: 'shows one schema, nothing of the joining',
      query: `{
        __schema { queryType { name } mutationType { name } }
        slip: __type(name: "Slip") { fields { name type { kind ofType { name } } } }
        any: __type(name: "_Any") { name }
        entity: __type(name: "_Entity") { name }
        graph: __type(name: "join__Graph") { name }
        set: __type(name: "FieldSet") { name }
      }`,
      data: {
        __schema: { queryType: { name: 'Query' }, mutationType: null },
        slip: {
          fields: [
            { name: 'month', type: { kind: 'NON_NULL', ofType: { name: 'Int' } } },
            { name: 'of', type: { kind: 'NON_NULL', ofType: { name: 'Person' } } },
          ],
        },
        any: null,
        entity: null,
        graph: null,
        set: null,
      },
      asks: { people: 0, pay: 0 },
    },
    {
      it: 'stands beside data, under any name, with variables and fragments',
      query: `query ($type: String!) { kind: __type(name: $type) { ...T } people(first: 1) { id } s: __schema { queryType { ...T } } }
        fragment T on __Type { name kind }`,
      variables: { type: 'Slip' },
      data: {
        kind: { name: 'Slip', kind: 'OBJECT' },
        people: [{ id: '1' }],
        s: { queryType: { name: 'Query', kind: 'OBJECT' } },
      },
    },
  ],
});
