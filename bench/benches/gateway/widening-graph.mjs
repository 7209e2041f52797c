import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n`;
export const widest = 8;

const names = Array.from({ length: widest }, (_, index) => `part${index}`);

/** One entity over eight subgraphs, each with a field of its own: an operation asks as many of them as it likes. */
export function wideningGraph() {
  return names.map((name, index) => ({
    name,
    typeDefs:
      link +
      (index === 0
        ? 'type Query { things(seed: String!): [Thing!]! } type Thing @key(fields: "id") { id: ID! field0: String! }'
        : `type Thing @key(fields: "id") { id: ID! field${index}: String! }`),
  }));
}

export function composeWideningGraph(urlOf) {
  const { supergraphSdl, errors } = composeServices(
    wideningGraph().map(({ name, typeDefs }) => ({ name, typeDefs: parse(typeDefs), url: urlOf(name) })),
  );
  if (supergraphSdl === undefined) throw new Error(`Does not compose: ${JSON.stringify(errors)}`);
  return supergraphSdl;
}

export const facts = Object.fromEntries(
  names.map((name, index) => [
    name,
    {
      root: {
        ...(index === 0
          ? { things: ({ seed }) => Array.from({ length: 20 }, (_, number) => thing(`${seed}-${number}`, 0)) }
          : {}),
      },
      references: { Thing: ({ id }) => thing(id, index) },
    },
  ]),
);

function thing(id, index) {
  return { __typename: 'Thing', id, [`field${index}`]: `${id} in ${index}` };
}

/** 20 things through so many fetches: one for the list, and one beside each other for every further field. */
export function wideOperation(fetches, client) {
  const fields = Array.from({ length: fetches }, (_, index) => `field${index}`).join(' ');
  return JSON.stringify({
    query: `query Things($seed: String!) { things(seed: $seed) { id ${fields} } }`,
    variables: { seed: `client-${client}` },
  });
}
