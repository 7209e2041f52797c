import { byKey, conforms } from './kit/conforms.js';

const seats = [
  { hall: 'north', number: 1, price: 10 },
  { hall: 'north', number: 2, price: 20 },
];

conforms('a compound key', {
  subgraphs: {
    halls: {
      typeDefs: `type Query { seats: [Seat!]! }
        type Seat @key(fields: "hall number") { hall: String! number: Int! }`,
      resolvers: { Query: { seats: () => seats } },
    },
    prices: {
      typeDefs: `type Seat @key(fields: "number hall") { hall: String! number: Int! price: Int! }`,
      resolvers: { Seat: { __resolveReference: byKey(seats, 'hall', 'number') } },
    },
  },
  cases: [
    {
      it: 'is sent whole, and no part of it is told that was not asked for',
      query: '{ seats { price number } }',
      data: { seats: seats.map(({ price, number }) => ({ price, number })) },
      asks: { halls: 1, prices: 1 },
      representations: { prices: [seats.map(({ hall, number }) => ({ __typename: 'Seat', hall, number }))] },
    },
  ],
});

const rooms = [
  { id: 'r1', house: { id: 'h1', street: { code: 's1' } }, colour: 'red' },
  { id: 'r2', house: { id: 'h2', street: { code: 's1' } }, colour: 'blue' },
];

conforms('a nested key', {
  subgraphs: {
    rooms: {
      typeDefs: `type Query { rooms: [Room!]! }
        type Room @key(fields: "id house { id street { code } }") { id: ID! house: House! }
        type House @shareable { id: ID! street: Street! }
        type Street @shareable { code: String! }`,
      resolvers: { Query: { rooms: () => rooms } },
    },
    colours: {
      typeDefs: `type Room @key(fields: "id house { id street { code } }") { id: ID! house: House! colour: String! }
        type House @shareable { id: ID! street: Street! }
        type Street @shareable { code: String! }`,
      resolvers: {
        Room: {
          __resolveReference: (reference: { id: string; house: { street: { code: string } } }) =>
            reference.house.street.code === 's1' ? rooms.find(({ id }) => id === reference.id) : null,
        },
      },
    },
  },
  cases: [
    {
      it: 'is sent with its inner objects',
      query: '{ rooms { colour } }',
      data: { rooms: [{ colour: 'red' }, { colour: 'blue' }] },
      representations: {
        colours: [
          [
            { __typename: 'Room', id: 'r1', house: { id: 'h1', street: { code: 's1' } } },
            { __typename: 'Room', id: 'r2', house: { id: 'h2', street: { code: 's1' } } },
          ],
        ],
      },
    },
    {
      it: 'does not lose to a field of the client under the same name',
      query: '{ rooms { house: id id: colour home: house { code: id } } }',
      data: {
        rooms: [
          { house: 'r1', id: 'red', home: { code: 'h1' } },
          { house: 'r2', id: 'blue', home: { code: 'h2' } },
        ],
      },
    },
  ],
});

const books = [
  { id: 'b1', isbn: 'i1', shelf: 'A', copies: 3 },
  { id: 'b2', isbn: 'i2', shelf: 'B', copies: 0 },
];

conforms('several keys', {
  subgraphs: {
    titles: {
      typeDefs: `type Query { books: [Book!]! }
        type Book @key(fields: "id") { id: ID! }`,
      resolvers: { Query: { books: () => books }, Book: { __resolveReference: byKey(books, 'id') } },
    },
    catalogue: {
      typeDefs: `type Book @key(fields: "id") @key(fields: "isbn") { id: ID! isbn: String! }`,
      resolvers: {
        Book: {
          __resolveReference: (reference: Record<string, unknown>) =>
            byKey(books, 'id')(reference) ?? byKey(books, 'isbn')(reference),
        },
      },
    },
    stock: {
      typeDefs: `type Query { scarce: [Book!]! }
        type Book @key(fields: "isbn") { isbn: String! shelf: String! copies: Int! }`,
      resolvers: {
        Query: { scarce: () => books.filter(({ copies }) => copies === 0) },
        Book: { __resolveReference: byKey(books, 'isbn') },
      },
    },
  },
  cases: [
    {
      it: 'lead over a third subgraph where two share none',
      query: '{ books { shelf copies } }',
      data: {
        books: [
          { shelf: 'A', copies: 3 },
          { shelf: 'B', copies: 0 },
        ],
      },
      asks: { titles: 1, catalogue: 1, stock: 1 },
    },
    {
      it: 'lead back as well',
      query: '{ scarce { id } }',
      data: { scarce: [{ id: 'b2' }] },
      asks: { stock: 1, catalogue: 1 },
    },
  ],
});

conforms('a type that one subgraph only points at', {
  subgraphs: {
    people: {
      typeDefs: `type Query { person(id: ID!): Person }
        type Person @key(fields: "id") { id: ID! name: String! }`,
      resolvers: {
        Query: { person: (_root, { id }) => ({ id, name: `Name ${id}` }) },
        Person: { __resolveReference: ({ id }: { id: string }) => (id === 'gone' ? null : { id, name: `Name ${id}` }) },
      },
    },
    visits: {
      typeDefs: `type Query { visits: [Visit!]! }
        type Visit { by: Person host: Person! }
        type Person @key(fields: "id", resolvable: false) { id: ID! }`,
      resolvers: {
        Query: {
          visits: () => [
            { by: { id: '1' }, host: { id: '2' } },
            { by: null, host: { id: '1' } },
            { by: { id: 'gone' }, host: { id: '2' } },
          ],
        },
      },
    },
  },
  cases: [
    {
      it: 'is joined where it is known, and null where it is not',
      query: '{ visits { by { name } host { name id } } }',
      data: {
        visits: [
          { by: { name: 'Name 1' }, host: { name: 'Name 2', id: '2' } },
          { by: null, host: { name: 'Name 1', id: '1' } },
          { by: null, host: { name: 'Name 2', id: '2' } },
        ],
      },
    },
    {
      it: 'needs no second subgraph for its key',
      query: '{ visits { by { id __typename } } }',
      data: {
        visits: [{ by: { id: '1', __typename: 'Person' } }, { by: null }, { by: { id: 'gone', __typename: 'Person' } }],
      },
      asks: { people: 0, visits: 1 },
    },
  ],
});
