import { conforms } from './kit/conforms.js';

/** What goes in is what all subgraphs take; what comes out is what any of them gives. */
conforms('enums and inputs of several subgraphs', {
  subgraphs: {
    one: {
      typeDefs: `enum Colour { RED BLUE GREEN }
        enum Size { S L XL }
        input Filter { text: String first: Int = 3 }
        scalar Anything
        type Query {
          byColour(colour: Colour): String
          largest: Size!
          find(filter: Filter!, sizes: [Colour!] = [RED]): [String!]!
          echo(value: Anything): Anything
          hidden: Secret @inaccessible
          shade: Shade
        }
        enum Shade { LIGHT DARK @inaccessible }
        type Secret @inaccessible { code: String! }`,
      resolvers: {
        Query: {
          byColour: (_root, { colour }) => colour ?? null,
          largest: () => 'XL',
          find: (_root, { filter, sizes }) => [`${filter.text}/${filter.first}/${sizes?.join('')}`],
          echo: (_root, { value }) => value,
          shade: () => 'DARK',
        },
      },
    },
    two: {
      typeDefs: `enum Colour { RED BLUE BLACK }
        enum Size { S M }
        input Filter { text: String, ignored: Boolean }
        type Query { paint(colour: Colour!): String! sizes: [Size!]! search(filter: Filter): String }`,
      resolvers: {
        Query: {
          paint: (_root, { colour }) => `painted ${colour}`,
          sizes: () => ['S', 'M'],
          search: (_root, { filter }) => JSON.stringify(filter),
        },
      },
    },
  },
  cases: [
    {
      it: 'take the values that all know',
      query: 'query ($c: Colour!) { paint(colour: $c) byColour(colour: RED) }',
      variables: { c: 'BLUE' },
      data: { paint: 'painted BLUE', byColour: 'RED' },
    },
    {
      it: 'refuse a value that one of them does not know, in the document',
      query: '{ paint(colour: BLACK) }',
      data: undefined,
      errors: ['GRAPHQL_VALIDATION_FAILED'],
      asks: { two: 0 },
    },
    {
      it: 'refuse it in a variable as well',
      query: 'query ($c: Colour!) { paint(colour: $c) }',
      variables: { c: 'GREEN' },
      data: undefined,
      errors: ['BAD_USER_INPUT'],
      asks: { two: 0 },
    },
    {
      it: 'give the values that any knows',
      query: '{ largest sizes }',
      data: { largest: 'XL', sizes: ['S', 'M'] },
    },
    {
      it: 'refuse a field of an input that one of them does not know',
      query: '{ search(filter: { text: "x", ignored: true }) }',
      data: undefined,
      errors: ['GRAPHQL_VALIDATION_FAILED'],
    },
    {
      it: 'take an input with what all know, and each fills in its own defaults',
      query: '{ find(filter: { text: "x" }) search(filter: { text: "y" }) }',
      data: { find: ['x/3/RED'], search: '{"text":"y"}' },
    },
    {
      it: 'pass a scalar of their own on as it came, whatever is in it',
      query: `query ($v: Anything) { echo(value: $v) written: echo(value: { a: [1, "x", null, { b: true }], e: RED }) }`,
      variables: { v: { deep: [[{ x: 1.5 }], null], text: '"\\\n', none: null } },
      data: {
        echo: { deep: [[{ x: 1.5 }], null], text: '"\\\n', none: null },
        written: { a: [1, 'x', null, { b: true }], e: 'RED' },
      },
    },
    {
      it: 'do not show what is inaccessible',
      query: '{ __type(name: "Secret") { name } shades: __type(name: "Shade") { enumValues { name } } }',
      data: { __type: null, shades: { enumValues: [{ name: 'LIGHT' }] } },
    },
    {
      it: 'do not answer with a value that is inaccessible',
      query: '{ shade byColour(colour: RED) }',
      data: { shade: null, byColour: 'RED' },
    },
  ],
});

conforms('@inaccessible', {
  subgraphs: {
    keys: {
      typeDefs: `type Query { users: [User!]! }
        type User @key(fields: "internalId") { internalId: ID! @inaccessible name: String! secret: String @inaccessible }`,
      resolvers: {
        Query: { users: () => [{ internalId: 'x1', name: 'Ada', secret: 's' }] },
        User: { __resolveReference: ({ internalId }: { internalId: string }) => ({ internalId }) },
      },
    },
    ages: {
      typeDefs: `type User @key(fields: "internalId") {
          internalId: ID! @inaccessible
          secret: String @external
          age: Int!
          length: Int! @requires(fields: "secret")
        }`,
      resolvers: { User: { age: () => 40, length: ({ secret }: { secret: string }) => secret.length } },
    },
  },
  cases: [
    {
      it: 'hides a field from clients, never from the joining',
      query: '{ users { name age length } }',
      data: { users: [{ name: 'Ada', age: 40, length: 1 }] },
    },
    {
      it: 'lets nobody ask for it',
      query: '{ users { internalId } }',
      data: undefined,
      errors: ['GRAPHQL_VALIDATION_FAILED'],
      asks: { keys: 0 },
    },
    {
      it: 'tells nobody of it',
      query: '{ __type(name: "User") { fields { name } } }',
      data: { __type: { fields: [{ name: 'age' }, { name: 'length' }, { name: 'name' }] } },
    },
  ],
});
