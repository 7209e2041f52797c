/**
 * Requests that carry a number where it does not belong: in every kind of argument, in the text of the operation, in its
 * name, in paths, headers and tokens. Each answers `{ person, path?, headers?, query?, variables?, body? }`; without
 * `body` it is an operation, with `path` it goes past the graph.
 */
const id = (field, type = 'ID!') => ({
  query: (name) => `query ${name}($it: ${type}) { ${field} }`,
});

const byVariable = [
  id('member(id: $it) { id }'),
  id('members(organisationId: $it) { edges { node { id } } }'),
  {
    ...id(
      'members(organisationId: "0198d7a2-0000-7000-8000-000000000000", after: $it) { edges { node { id } } }',
      'String',
    ),
  },
  id('importRun(id: $it) { id }'),
  id('campaign(id: $it) { id ballotPaper { slot } results { cast } }'),
  id('campaigns(after: $it) { edges { node { id } } }', 'String'),
  id('organisation(id: $it) { id }'),
  id('offer(id: $it) { id }'),
  id('members(organisationId: "x", first: $it) { edges { node { id } } }', 'Int'),
];

const inText = [
  (n) => `{ member(id: "${n}") { id } }`,
  (n) => `{ members(organisationId: "x", first: "${n}") { edges { node { id } } } }`,
  (n) => `{ member(id: ${n} ${n}) { id }`,
  (n) => `{ p${n} }`,
  (n) => `{ campaigns(first: ${n.slice(0, 9)}, after: "${n}", states: [S${n}]) { edges { node { id } } } }`,
  (n) => `query Q${n} { organisation(id: "${n}") { id } }`,
  (n) => `# ${n}\n{ organisation(id: "none") { id } }`,
];

const mutations = [
  ['postVisit', (n) => ({ ...visit(), idempotencyKey: `visit-${n}`, depositorMemberId: n })],
  ['postVisit', (n, { memberId }) => ({ ...visit(), idempotencyKey: n, depositorMemberId: memberId })],
  [
    'postVisit',
    (n, { memberId }) => ({ ...visit(), idempotencyKey: `at-${n}`, depositorMemberId: memberId, startedAt: n }),
  ],
  ['closeCampaign', (n) => ({ campaignId: n })],
  ['annulCampaign', (n) => ({ campaignId: n, reason: '开错了' })],
  ['withdrawOffer', (n) => ({ offerId: n })],
  ['importMembers', (n) => ({ csvText: n })],
  ['importMembers', (n) => ({ csvBase64: n })],
];

function visit() {
  const endedAt = Date.now() - 3_600_000;
  return {
    kind: 'COMPANIONSHIP',
    startedAt: new Date(endedAt - 3_600_000).toISOString(),
    endedAt: new Date(endedAt).toISOString(),
  };
}

const pastTheGraph = [
  (n) => ({ path: `/boards/${n}.ndjson` }),
  (n) => ({ path: `/${n}` }),
  (n) => ({ path: `/mobile/graphql?query=${encodeURIComponent(`{ member(id: "${n}") { id } }`)}` }),
  (n) => ({ path: '/mobile/graphql', body: n }),
  (n) => ({ path: '/mobile/graphql', body: `{"query": ${n}` }),
  (n) => ({ path: '/mobile/graphql', body: '{}', headers: { authorization: `Bearer ${n}` } }),
  (n) => ({ path: '/mobile/graphql', body: '{}', headers: { 'content-type': n } }),
  (n) => ({
    path: '/mobile/graphql',
    body: JSON.stringify({ query: '{ me { id } }', operationName: n }),
    headers: { 'x-request-id': n, 'user-agent': n, cookie: `n=${n}`, traceparent: n, 'accept-language': n },
  }),
];

/** Straight to a subgraph, without the gateway's statement. */
const pastTheGateway = [
  (n) => ({ subgraph: 'members', path: `/graphql?n=${n}` }),
  (n) => ({ subgraph: 'evaluations', path: `/${n}`, headers: { 'x-viewer': n } }),
];

/**
 * @param {object} people `{ secretary, administrator, member }`, for `product.token`
 * @returns for a number its requests, all of them
 */
export function requestsWith(number, { secretary, administrator, member }) {
  const { memberId } = member;
  return [
    ...byVariable.map(({ query }, place) => ({
      person: place === 3 ? administrator : secretary,
      query: query(`Q${place}`),
      variables: { it: number },
    })),
    ...inText.map((text) => ({ person: secretary, query: text(number) })),
    ...mutations.map(([name, input]) => ({
      person: name === 'importMembers' ? administrator : secretary,
      query: `mutation ($input: ${name[0].toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { __typename } }`,
      variables: { input: input(number, { memberId }) },
    })),
    {
      person: member,
      query: `mutation ($input: CastBallotInput!) { castBallot(input: $input) { __typename } }`,
      variables: { input: { campaignId: number, envelope: number, idempotencyKey: number } },
    },
    {
      person: member,
      query: `mutation ($input: RedeemOfferInput!) { redeemOffer(input: $input) { __typename } }`,
      variables: { input: { offerId: number, idempotencyKey: `offer-${number}` } },
    },
    // An issuer that we trust says what it likes of a person.
    {
      person: {
        audience: 'mobile',
        subject: 'somebody',
        memberId: number,
        roles: [{ role: 'member', organisationId: number }],
      },
      query: `{ me { id timeAccount { balanceMinutes } awaitingCampaigns { id } } }`,
    },
    {
      person: { audience: 'dashboard', subject: 'anybody', roles: [{ role: 'secretary', organisationId: number }] },
      query: `{ member(id: "0198d7a2-0000-7000-8000-000000000000") { id } campaigns { edges { node { id } } } }`,
    },
    ...pastTheGraph.map((request) => request(number)),
    ...pastTheGateway.map((request) => request(number)),
  ];
}

/** What a request asks, without its number. */
export function askedOf({ subgraph, path, query }) {
  const text = path === undefined ? query : `${subgraph ?? 'gateway'} ${path}`;
  return text.replace(/\d[\dX]{8,}/g, '<number>').slice(0, 90);
}
