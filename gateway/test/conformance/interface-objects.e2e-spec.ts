import { byKey, conforms } from './kit/conforms.js';

const media = [
  { __typename: 'Book', id: 'm1', title: 'A book', pages: 100 },
  { __typename: 'Film', id: 'm2', title: 'A film', minutes: 90 },
];

/** One subgraph knows the types, another one knows the interface alone and adds to all of them at once. */
conforms('an interface object', {
  subgraphs: {
    media: {
      typeDefs: `type Query { media: [Media!]! anything: [Anything!]! }
        interface Media @key(fields: "id") { id: ID! title: String! }
        type Book implements Media @key(fields: "id") { id: ID! title: String! pages: Int! }
        type Film implements Media @key(fields: "id") { id: ID! title: String! minutes: Int! }
        union Anything = Book | Film`,
      resolvers: {
        Query: { media: () => media, anything: () => media },
        Media: { __resolveReference: byKey(media, 'id') },
        Book: { __resolveReference: byKey(media, 'id') },
        Film: { __resolveReference: byKey(media, 'id') },
      },
    },
    reviews: {
      typeDefs: `type Query { best: Media! all: [Media!]! }
        type Media @interfaceObject @key(fields: "id") { id: ID! stars: Int! reviews: [Review!]! }
        type Review { of: Media! text: String! }`,
      resolvers: {
        Query: { best: () => ({ id: 'm2' }), all: () => media.map(({ id }) => ({ id })) },
        Media: {
          __resolveReference: ({ id }: { id: string }) => ({ id }),
          stars: ({ id }: { id: string }) => (id === 'm1' ? 4 : 5),
          reviews: ({ id }: { id: string }) => [{ of: { id }, text: `of ${id}` }],
        },
      },
    },
    sales: {
      typeDefs: `type Media @interfaceObject @key(fields: "id") {
          id: ID!
          stars: Int! @external
          isBestseller: Boolean! @requires(fields: "stars")
        }`,
      resolvers: { Media: { isBestseller: ({ stars }: { stars: number }) => stars === 5 } },
    },
  },
  cases: [
    {
      it: 'adds its fields to every type of the interface',
      query: '{ media { __typename title stars ... on Film { minutes stars } } }',
      data: {
        media: [
          { __typename: 'Book', title: 'A book', stars: 4 },
          { __typename: 'Film', title: 'A film', stars: 5, minutes: 90 },
        ],
      },
    },
    {
      it: 'adds them to a type asked for by its own name',
      query: '{ anything { ... on Book { stars } ... on Film { reviews { text } } } }',
      data: { anything: [{ stars: 4 }, { reviews: [{ text: 'of m2' }] }] },
    },
    {
      it: 'leads to the true type, for its name and for its fields',
      query: '{ best { __typename ... on Film { minutes } ... on Book { pages } } all { id ... on Book { pages } } }',
      data: { best: { __typename: 'Film', minutes: 90 }, all: [{ id: 'm1', pages: 100 }, { id: 'm2' }] },
    },
    {
      it: 'needs no other subgraph for its own fields',
      query: '{ all { id stars } }',
      data: {
        all: [
          { id: 'm1', stars: 4 },
          { id: 'm2', stars: 5 },
        ],
      },
      asks: { media: 0 },
    },
    {
      it: 'requires fields of another interface object',
      query: '{ media { isBestseller } best { isBestseller title } }',
      data: { media: [{ isBestseller: false }, { isBestseller: true }], best: { isBestseller: true, title: 'A film' } },
    },
    {
      it: 'is followed from below itself',
      query: '{ media { ... on Book { reviews { of { __typename title } } } } }',
      data: { media: [{ reviews: [{ of: { __typename: 'Book', title: 'A book' } }] }, {}] },
    },
  ],
});
