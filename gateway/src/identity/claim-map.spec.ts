import { claimMapSchema, mapClaims } from './claim-map.js';

const organisationId = '0199d1a0-0000-7000-8000-0000000000aa';
const said = { iss: 'https://id.example', sub: 'ada', exp: 1 };
const mapped = (claims: object, map: object): Record<string, unknown> =>
  mapClaims({ ...said, ...claims }, claimMapSchema.parse(map));

describe("an issuer's own words", () => {
  it('are ours where nothing else is said', () => {
    const claims = { client_id: 'app', member_id: 'm', roles: [{ role: 'chair', organisationId }], acting_for: 'a' };
    expect(mapped(claims, {})).toEqual({ ...said, ...claims, cnf: undefined, signing_jwks: undefined });
  });

  it('are found by name, and by the way down to them', () => {
    const claims = { azp: 'app', 'https://id.example/member': 'm', realm: { access: { roles: [] } } };
    const map = { client: 'azp', memberId: 'https://id.example/member', roles: ['realm', 'access', 'roles'] };
    expect(mapped(claims, map)).toMatchObject({ client_id: 'app', member_id: 'm', roles: [] });
  });

  it('are not found in what every object has', () => {
    expect(mapped({}, { client: 'constructor', memberId: ['__proto__', 'x'] })).toMatchObject({
      client_id: undefined,
      member_id: undefined,
    });
    expect(mapped({ roles: ['toString'] }, { roleNames: {} })['roles']).toEqual([]);
  });

  it('name roles of one organisation', () => {
    expect(mapped({ roles: ['chair', 'member'], org: organisationId }, { organisation: 'org' })['roles']).toEqual([
      { role: 'chair', organisationId },
      { role: 'member', organisationId },
    ]);
  });

  it('are translated, and what has no translation is no role', () => {
    const map = { organisation: 'org', roleNames: { 工会主席: 'chair' } };
    const claims = { roles: ['工会主席', 'offline_access', 'administrator'], org: organisationId };
    expect(mapped(claims, map)['roles']).toEqual([{ role: 'chair', organisationId }]);
  });

  it('are left for the schema to refuse where they have another form', () => {
    for (const roles of ['chair', 7, [7], [null], {}]) {
      expect(mapped({ roles }, { organisation: 'org', roleNames: {} })['roles']).toEqual(roles);
    }
  });
});
