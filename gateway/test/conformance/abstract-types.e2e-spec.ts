import { byKey, conforms } from './kit/conforms.js';

const cat = { __typename: 'Cat', id: 'c', name: 'Mi', lives: 9 };
const dog = { __typename: 'Dog', id: 'd', name: 'Wang', tricks: ['sit'] };
const fish = { __typename: 'Fish', id: 'f', name: 'Yu' };

/** The subgraphs know different members of the same union and interface. */
conforms('abstract types over subgraphs', {
  subgraphs: {
    home: {
      typeDefs: `type Query { pets: [Pet!]! animals: [Animal] pet(id: ID!): Pet }
        union Pet = Cat | Dog
        interface Animal { id: ID! name: String! }
        type Cat implements Animal @key(fields: "id") { id: ID! name: String! lives: Int! friend: Pet }
        type Dog implements Animal @key(fields: "id") { id: ID! name: String! tricks: [String!]! friend: Animal }`,
      resolvers: {
        Query: {
          pets: () => [cat, dog, cat],
          animals: () => [dog, null, cat],
          pet: (_root, { id }) => [cat, dog].find((each) => each.id === id) ?? null,
        },
        Cat: { __resolveReference: byKey([cat], 'id'), friend: () => dog },
        Dog: { __resolveReference: byKey([dog], 'id'), friend: () => cat },
      },
    },
    water: {
      typeDefs: `type Query { swimmers: [Pet!]! }
        union Pet = Fish | Dog
        interface Animal { id: ID! }
        type Fish implements Animal @key(fields: "id") { id: ID! name: String! }
        type Dog implements Animal @key(fields: "id") { id: ID! metresPerSecond: Int! }`,
      resolvers: {
        Query: { swimmers: () => [fish, { __typename: 'Dog', id: 'd' }] },
        Dog: { __resolveReference: ({ id }: { id: string }) => ({ __typename: 'Dog', id }), metresPerSecond: () => 2 },
      },
    },
    doctors: {
      typeDefs: `type Cat @key(fields: "id") { id: ID! vaccinated: Boolean! }
        type Dog @key(fields: "id") { id: ID! vaccinated: Boolean! weightKg: Int }`,
      resolvers: {
        Cat: { __resolveReference: ({ id }: { id: string }) => ({ id }), vaccinated: () => true },
        Dog: {
          __resolveReference: ({ id }: { id: string }) => ({ id }),
          vaccinated: () => false,
          weightKg: () => 20,
        },
      },
    },
  },
  cases: [
    {
      it: 'bring the fields of each type from wherever they are',
      query: `{ pets { __typename ... on Cat { lives vaccinated } ... on Dog { metresPerSecond weightKg } } }`,
      data: {
        pets: [
          { __typename: 'Cat', lives: 9, vaccinated: true },
          { __typename: 'Dog', metresPerSecond: 2, weightKg: 20 },
          { __typename: 'Cat', lives: 9, vaccinated: true },
        ],
      },
      asks: { home: 1, water: 1, doctors: 1 },
    },
    {
      it: 'bring members that the subgraph of the field does not know: none of them is there',
      query: '{ pets { ... on Fish { name } } swimmers { ... on Cat { name } ... on Fish { name } } }',
      data: { pets: [{}, {}, {}], swimmers: [{ name: 'Yu' }, {}] },
    },
    {
      it: 'lead from one subgraph to another by the type that stands there',
      query: '{ swimmers { ... on Dog { name tricks vaccinated } ... on Animal { id } } }',
      data: {
        swimmers: [{ id: 'f' }, { name: 'Wang', tricks: ['sit'], vaccinated: false, id: 'd' }],
      },
    },
    {
      it: 'give fields of an interface by any fragment, nested as deep as one likes',
      query: `{ animals { ... on Animal { ... on Dog { ... on Animal { name } } } ...F } }
        fragment F on Animal { id ... on Cat { friend { ... on Dog { friend { name } } } } }`,
      data: { animals: [{ name: 'Wang', id: 'd' }, null, { id: 'c', friend: { friend: { name: 'Mi' } } }] },
    },
    {
      it: 'tell one field name of several types, each with its own meaning',
      query: '{ pets { ... on Cat { what: lives } ... on Dog { what: metresPerSecond } } }',
      data: { pets: [{ what: 9 }, { what: 2 }, { what: 9 }] },
    },
    {
      it: 'tell the name of the type under any name, and twice',
      query:
        '{ a: pet(id: "c") { kind: __typename __typename ... on Cat { again: __typename } } b: pet(id: "x") { __typename } }',
      data: { a: { kind: 'Cat', __typename: 'Cat', again: 'Cat' }, b: null },
    },
    {
      it: 'do not let what one type asks reach the objects of another',
      query: '{ pets { ... on Dog { vaccinated } } }',
      data: { pets: [{}, { vaccinated: false }, {}] },
      representations: { doctors: [[{ __typename: 'Dog', id: 'd' }]] },
    },
  ],
});
