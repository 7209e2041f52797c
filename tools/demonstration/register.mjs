const pageSize = 200;

/** Finds organisations and members by what the county calls them, asking the register as an officer does. */
export function openRegister({ ask, county, officer, rootId }) {
  const organisations = new Map(county.organisations.map((organisation) => [organisation.code, organisation]));
  const childrenOf = new Map();
  const membersOf = new Map();

  /** The id of the organisation with this code. */
  async function idOf(code) {
    const { parentCode } = organisations.get(code);
    if (parentCode === null) return rootId;
    const id = (await children(await idOf(parentCode))).get(code);
    if (id === undefined) throw new Error(`The register has no organisation ${code}`);
    return id;
  }

  function children(parentId) {
    if (!childrenOf.has(parentId)) childrenOf.set(parentId, readChildren(parentId));
    return childrenOf.get(parentId);
  }

  async function readChildren(parentId) {
    const nodes = await allPages(
      `query OrganisationsBelow($parentId: ID!, $after: String) {
      page: organisations(parentId: $parentId, first: ${pageSize}, after: $after) {
        edges { node { id code } } pageInfo { hasNextPage endCursor } } }`,
      { parentId },
    );
    return new Map(nodes.map(({ id, code }) => [code, id]));
  }

  /** The ids of a union's members by their member numbers. */
  function memberIdsOf(unionCode) {
    if (!membersOf.has(unionCode)) membersOf.set(unionCode, readMembers(unionCode));
    return membersOf.get(unionCode);
  }

  async function readMembers(unionCode) {
    const nodes = await allPages(
      `query MembersOfUnion($organisationId: ID!, $after: String) {
      page: members(organisationId: $organisationId, first: ${pageSize}, after: $after) {
        edges { node { id memberNumber } } pageInfo { hasNextPage endCursor } } }`,
      {
        organisationId: await idOf(unionCode),
      },
    );
    return new Map(nodes.map(({ id, memberNumber }) => [memberNumber, id]));
  }

  async function allPages(query, variables) {
    const nodes = [];
    let after = null;
    do {
      const { page } = await ask(officer, query, { ...variables, after });
      nodes.push(...page.edges.map(({ node }) => node));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    return nodes;
  }

  return { idOf, memberIdsOf };
}
