import { byKey, conforms } from './kit/conforms.js';

const parcels = [
  { id: 'p1', weightGrams: 500, size: { widthMm: 20, depth: { mm: 3 } }, stops: [{ city: 'A' }, { city: 'B' }] },
  { id: 'p2', weightGrams: null, size: { widthMm: 10, depth: { mm: 1 } }, stops: [] },
];
type Parcel = (typeof parcels)[number];

conforms('@requires', {
  subgraphs: {
    depot: {
      typeDefs: `type Query { parcels: [Parcel!]! one: Parcel }
        type Parcel @key(fields: "id") { id: ID! weightGrams: Int size: Size! stops: [Stop!]! }
        type Size { widthMm: Int! depth: Depth! }
        type Depth { mm: Int! }
        type Stop { city: String! }`,
      resolvers: {
        Query: { parcels: () => parcels, one: () => parcels[0] },
        Parcel: { __resolveReference: byKey(parcels, 'id') },
      },
    },
    postage: {
      typeDefs: `type Parcel @key(fields: "id") {
          id: ID!
          weightGrams: Int @external
          size: Size! @external
          stops: [Stop!]! @external
          postageFen: Int @requires(fields: "weightGrams")
          isFlat: Boolean! @requires(fields: "size { depth { mm } }")
          route: String! @requires(fields: "stops { city }")
        }
        type Size @external { depth: Depth! }
        type Depth @external { mm: Int! }
        type Stop @external { city: String! }`,
      resolvers: {
        Parcel: {
          postageFen: ({ weightGrams }: Parcel) => (weightGrams === null ? null : weightGrams * 2),
          isFlat: ({ size }: Parcel) => size.depth.mm < 2,
          route: ({ stops }: Parcel) => stops.map(({ city }) => city).join('-'),
        },
      },
    },
    labels: {
      typeDefs: `type Parcel @key(fields: "id") {
          id: ID!
          postageFen: Int @external
          weightGrams: Int @external
          label: String! @requires(fields: "postageFen weightGrams")
        }`,
      resolvers: {
        Parcel: {
          label: ({ postageFen, weightGrams }: Record<string, number | null>) => `${postageFen} for ${weightGrams}`,
        },
      },
    },
  },
  cases: [
    {
      it: 'brings what a field needs and tells none of it',
      query: '{ parcels { postageFen } }',
      data: { parcels: [{ postageFen: 1000 }, { postageFen: null }] },
      representations: {
        postage: [
          [
            { __typename: 'Parcel', id: 'p1', weightGrams: 500 },
            { __typename: 'Parcel', id: 'p2', weightGrams: null },
          ],
        ],
      },
    },
    {
      it: 'brings inner fields and lists',
      query: '{ parcels { isFlat route } }',
      data: {
        parcels: [
          { isFlat: false, route: 'A-B' },
          { isFlat: true, route: '' },
        ],
      },
    },
    {
      it: 'brings what needs something itself, over a third subgraph',
      query: '{ parcels { label } }',
      data: { parcels: [{ label: '1000 for 500' }, { label: 'null for null' }] },
      asks: { depot: 1, postage: 1, labels: 1 },
    },
    {
      it: 'is not disturbed by what the client calls its fields',
      query: '{ one { weightGrams: id size: isFlat postageFen: label stops { name: city } } }',
      data: {
        one: { weightGrams: 'p1', size: false, postageFen: '1000 for 500', stops: [{ name: 'A' }, { name: 'B' }] },
      },
    },
    {
      it: 'does not bring what is left out by a directive',
      query: 'query ($no: Boolean!) { one { id label @skip(if: $no) postageFen @include(if: $no) } }',
      variables: { no: true },
      data: { one: { id: 'p1', postageFen: 1000 } },
      asks: { labels: 0 },
    },
  ],
});

const shop = [
  { id: 's1', prices: { CNY: 70, EUR: 10 } as Record<string, number>, reviews: ['r1', 'r2', 'r3'] },
  { id: 's2', prices: { CNY: 140, EUR: 20 } as Record<string, number>, reviews: ['r4', 'r5'] },
];

conforms('@requires with arguments', {
  subgraphs: {
    shop: {
      typeDefs: `type Query { goods: [Good!]! }
        type Good @key(fields: "id") { id: ID! price(currency: Currency!): Int reviews(first: Int): [String!]! }
        enum Currency { CNY EUR }`,
      resolvers: {
        Query: { goods: () => shop },
        Good: {
          __resolveReference: byKey(shop, 'id'),
          price: ({ prices }: (typeof shop)[number], { currency }: { currency: string }) => prices[currency],
          reviews: ({ reviews }: (typeof shop)[number], { first }: { first?: number }) => reviews.slice(0, first),
        },
      },
    },
    shipping: {
      typeDefs: `type Good @key(fields: "id") {
          id: ID!
          price(currency: Currency!): Int @external
          reviews(first: Int): [String!]! @external
          shippingEur: Int @requires(fields: "price(currency: EUR)")
          praise: String! @requires(fields: "reviews(first: 2)")
        }
        enum Currency { CNY EUR }`,
      resolvers: {
        Good: {
          shippingEur: ({ price }: { price: number }) => price / 10,
          praise: ({ reviews }: { reviews: string[] }) => reviews.join('+'),
        },
      },
    },
  },
  cases: [
    {
      it: 'brings the field with these arguments',
      query: '{ goods { shippingEur praise } }',
      data: {
        goods: [
          { shippingEur: 1, praise: 'r1+r2' },
          { shippingEur: 2, praise: 'r4+r5' },
        ],
      },
    },
    {
      it: 'lets the client ask the same field with other arguments under a name of its own',
      query: '{ goods { shippingEur yuan: price(currency: CNY) all: reviews praise } }',
      data: {
        goods: [
          { shippingEur: 1, yuan: 70, all: ['r1', 'r2', 'r3'], praise: 'r1+r2' },
          { shippingEur: 2, yuan: 140, all: ['r4', 'r5'], praise: 'r4+r5' },
        ],
      },
    },
  ],
});

const carriers = [
  { __typename: 'Lorry', id: 'c1', wheels: 6 },
  { __typename: 'Ship', id: 'c2', decks: 3 },
];

conforms('@requires of an abstract type', {
  subgraphs: {
    fleet: {
      typeDefs: `type Query { trips: [Trip!]! }
        type Trip @key(fields: "id") { id: ID! carrier: Carrier }
        interface Carrier { id: ID! }
        type Lorry implements Carrier { id: ID! wheels: Int! }
        type Ship implements Carrier { id: ID! decks: Int! }`,
      resolvers: {
        Query: { trips: () => [...carriers, null].map((carrier, index) => ({ id: `t${index}`, carrier })) },
      },
    },
    tolls: {
      typeDefs: `type Trip @key(fields: "id") {
          id: ID!
          carrier: Carrier @external
          toll: Int! @requires(fields: "carrier { __typename id ... on Lorry { wheels } ... on Ship { decks } }")
        }
        interface Carrier { id: ID! }
        type Lorry implements Carrier @external { id: ID! wheels: Int! }
        type Ship implements Carrier @external { id: ID! decks: Int! }`,
      resolvers: {
        Trip: {
          toll: ({ carrier }: { carrier: { __typename: string; wheels?: number; decks?: number } | null }) =>
            carrier === null
              ? 0
              : carrier.__typename === 'Lorry'
                ? (carrier.wheels ?? -1)
                : (carrier.decks ?? -1) * 100,
        },
      },
    },
  },
  cases: [
    {
      it: 'brings the fields of whichever type stands there',
      query: '{ trips { toll } }',
      data: { trips: [{ toll: 6 }, { toll: 300 }, { toll: 0 }] },
    },
    {
      it: 'does so beside what the client asks of them',
      query: '{ trips { toll carrier { ... on Ship { wheels: decks } ... on Lorry { decks: wheels } } } }',
      data: {
        trips: [
          { toll: 6, carrier: { decks: 6 } },
          { toll: 300, carrier: { wheels: 3 } },
          { toll: 0, carrier: null },
        ],
      },
    },
  ],
});
