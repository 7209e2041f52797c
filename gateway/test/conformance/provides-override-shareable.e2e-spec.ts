import { byKey, conforms } from './kit/conforms.js';

const films = [
  { id: 'f1', title: 'One', year: 1999 },
  { id: 'f2', title: 'Two', year: 2005 },
];

conforms('@provides', {
  subgraphs: {
    films: {
      typeDefs: `type Query { films: [Film!]! }
        type Film @key(fields: "id") { id: ID! title: String! @shareable year: Int! @shareable director: String! }`,
      resolvers: {
        Query: { films: () => films },
        Film: { __resolveReference: byKey(films, 'id'), director: () => 'Somebody' },
      },
    },
    cinemas: {
      typeDefs: `type Query { tonight: [Show!]! @provides(fields: "film { title }") tomorrow: [Show!]! }
        type Show { film: Film! }
        type Film @key(fields: "id") { id: ID! title: String! @external }`,
      resolvers: {
        Query: {
          tonight: () => films.map(({ id, title }) => ({ film: { id, title: `${title} (tonight)` } })),
          tomorrow: () => films.map(({ id }) => ({ film: { id } })),
        },
      },
    },
  },
  cases: [
    {
      it: 'spares a fetch on the way that provides',
      query: '{ tonight { film { title } } }',
      data: { tonight: [{ film: { title: 'One (tonight)' } }, { film: { title: 'Two (tonight)' } }] },
      asks: { cinemas: 1, films: 0 },
    },
    {
      it: 'spares none on another way',
      query: '{ tomorrow { film { title } } }',
      data: { tomorrow: [{ film: { title: 'One' } }, { film: { title: 'Two' } }] },
      asks: { cinemas: 1, films: 1 },
    },
    {
      it: 'holds for what is provided alone',
      query: '{ tonight { film { name: title year } } }',
      data: {
        tonight: [{ film: { name: 'One (tonight)', year: 1999 } }, { film: { name: 'Two (tonight)', year: 2005 } }],
      },
      asks: { cinemas: 1, films: 1 },
    },
  ],
});

conforms('@override', {
  subgraphs: {
    old: {
      typeDefs: `type Query { posts: [Post!]! latest: String! }
        type Post @key(fields: "id") { id: ID! text: String! created: String! }`,
      resolvers: {
        Query: { posts: () => [{ id: '1' }, { id: '2' }], latest: () => 'of old' },
        Post: {
          __resolveReference: ({ id }: { id: string }) => ({ id }),
          text: () => 'text of old',
          created: () => 'created of old',
        },
      },
    },
    moved: {
      typeDefs: `type Query { latest: String! @override(from: "old") }
        type Post @key(fields: "id") { id: ID! created: String! @override(from: "old") }`,
      resolvers: {
        Query: { latest: () => 'of moved' },
        Post: { __resolveReference: ({ id }: { id: string }) => ({ id }), created: () => 'created of moved' },
      },
    },
    unknown: {
      typeDefs: `type Post @key(fields: "id") { id: ID! likes: Int! @override(from: "nowhere") }`,
      resolvers: { Post: { __resolveReference: ({ id }: { id: string }) => ({ id }), likes: () => 7 } },
    },
  },
  cases: [
    {
      it: 'moves a field, and leaves the others where they were',
      query: '{ posts { text created } latest }',
      data: {
        posts: [
          { text: 'text of old', created: 'created of moved' },
          { text: 'text of old', created: 'created of moved' },
        ],
        latest: 'of moved',
      },
    },
    {
      it: 'from a subgraph that is not there is no more than a field',
      query: '{ posts { likes } }',
      data: { posts: [{ likes: 7 }, { likes: 7 }] },
    },
  ],
});

conforms('@shareable', {
  subgraphs: {
    names: {
      typeDefs: `type Query { place: Place @shareable }
        type Place { id: ID! @shareable name: String! position: Position! @shareable }
        type Position { x: Int! @shareable }`,
      resolvers: { Query: { place: () => ({ id: 'pl', name: 'Here', position: { x: 1 } }) } },
    },
    heights: {
      typeDefs: `type Query { place: Place @shareable }
        type Place { id: ID! @shareable height: Int! position: Position! @shareable }
        type Position { x: Int! @shareable y: Int! }`,
      resolvers: { Query: { place: () => ({ id: 'pl', height: 8848, position: { x: 1, y: 2 } }) } },
    },
  },
  cases: [
    {
      it: 'joins the parts of a value that no key identifies, each from a root field of its own',
      query: '{ place { name height position { x y } } }',
      data: { place: { name: 'Here', height: 8848, position: { x: 1, y: 2 } } },
      asks: { names: 1, heights: 1 },
    },
    {
      it: 'asks one subgraph where one knows all',
      query: '{ place { id height } }',
      data: { place: { id: 'pl', height: 8848 } },
      asks: { names: 0, heights: 1 },
    },
    {
      it: 'joins under every name that the client gives',
      query: '{ a: place { name y: height } b: place { y: name position { name: y } } }',
      data: { a: { name: 'Here', y: 8848 }, b: { y: 'Here', position: { name: 2 } } },
    },
  ],
});
