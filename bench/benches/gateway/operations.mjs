import { homeQuery } from '../graph/home-query.mjs';

export const clients = 32;

/** The organisation that a client looks at: another one for each. */
export function organisationOf(client) {
  return `0199d1a0-0000-7000-8000-${String(client).padStart(12, '0')}`;
}

/** The two operations of the comparison, on the product's own supergraphs. */
export const operations = {
  /** Five fetches, three of them one after the other; 1 member, 3 campaigns. */
  home: {
    audience: 'mobile',
    body: () => JSON.stringify({ operationName: 'Home', query: homeQuery }),
  },
  /** Two fetches, 20 members. */
  list: { audience: 'dashboard', body: (client) => memberList(organisationOf(client), 20) },
};

const memberListQuery = `query Members($organisationId: ID!, $first: Int!) {
  members(organisationId: $organisationId, first: $first) {
    edges { node { id maskedName status timeAccount { balanceMinutes } } }
    pageInfo { hasNextPage }
  }
}`;

export function memberList(organisationId, first) {
  return JSON.stringify({ operationName: 'Members', query: memberListQuery, variables: { organisationId, first } });
}

/** The same list under names that nobody asked with before: an operation to be planned. */
export function unseenOperation(number) {
  const query = `query Unseen${number}($organisationId: ID!) {
    members(organisationId: $organisationId, first: 3) {
      edges { node { id name${number}: maskedName timeAccount { balance${number}: balanceMinutes } } }
    }
  }`;
  return JSON.stringify({ query, variables: { organisationId: organisationOf(number % clients) } });
}
