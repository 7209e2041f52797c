import { testIssuer, type TestIssuer } from '@zhijia/testing';
import { fastify, type FastifyInstance } from 'fastify';
import { importJWK, SignJWT } from 'jose';
import { now } from './support/partner.js';
import { startPeople, startPlaces } from './support/people-and-places.js';
import type { SmallSubgraph } from './support/small-subgraph.js';
import { startTestGateway, type TestGateway } from './support/start-test-gateway.js';

const organisationId = '0199d1a0-0000-7000-8000-0000000000aa';
const memberId = '0199d1a0-0000-7000-8000-0000000000bb';

/** A federation's own sign-in, with its own words for everything, beside a second issuer that speaks as ours does. */
describe('an issuer of somebody else', () => {
  let subgraphs: [SmallSubgraph, SmallSubgraph];
  let external: TestIssuer;
  let plain: TestIssuer;
  let keyServer: FastifyInstance;
  let gateway: TestGateway;

  beforeAll(async () => {
    subgraphs = [await startPeople(), await startPlaces()];
    external = await testIssuer({ issuer: 'https://sso.union.example', alg: 'PS256' });
    plain = await testIssuer({ issuer: 'https://id.city.example' });
    keyServer = fastify();
    keyServer.get('/external', async () => external.jwks);
    keyServer.get('/plain', async () => plain.jwks);
    const keys = await keyServer.listen({ port: 0, host: '127.0.0.1' });
    gateway = await startTestGateway({
      subgraphs,
      issuers: [],
      trusted: [
        {
          issuer: external.issuer,
          jwksUrl: `${keys}/external`,
          audiences: { dashboard: 'union-platform' },
          algorithms: ['PS256'],
          roles: ['member', 'chair'],
          claims: {
            client: 'azp',
            memberId: ['union', 'member'],
            roles: ['realm_access', 'roles'],
            organisation: 'https://sso.union.example/organisation',
            roleNames: { 工会主席: 'chair', staff: 'member' },
          },
        },
        {
          issuer: plain.issuer,
          jwksUrl: `${keys}/plain`,
          audiences: { dashboard: 'zhijia-dashboard' },
          roles: ['member'],
        },
      ],
    });
  });
  afterAll(async () => {
    await gateway.stop();
    await keyServer.close();
    await Promise.all(subgraphs.map((subgraph) => subgraph.stop()));
  });

  async function tokenOf(issuer: TestIssuer, claims: object, alg = String(issuer.privateKey.alg)): Promise<string> {
    return new SignJWT({ iss: issuer.issuer, sub: 'ada', exp: now() + 300, ...claims })
      .setProtectedHeader({ alg, kid: issuer.privateKey.kid })
      .sign(await importJWK(issuer.privateKey, alg));
  }
  const said = (roles: unknown[]) => ({
    aud: 'union-platform',
    azp: 'desk',
    union: { member: memberId },
    realm_access: { roles },
    'https://sso.union.example/organisation': organisationId,
  });
  const ours = (roles: unknown[]) => ({ aud: 'zhijia-dashboard', client_id: 'desk', roles });

  /** What the gateway believed of a token, as a subgraph is told; or the code it was refused with. */
  async function believed(token: string, audience: 'dashboard' | 'bank' = 'dashboard'): Promise<unknown> {
    subgraphs[0].received.length = 0;
    const { body } = await gateway.ask(audience, token, '{ me { id } }');
    const viewer = subgraphs[0].received[0]?.headers['x-viewer'];
    return viewer === undefined ? body.errors?.[0].extensions.code : JSON.parse(String(viewer));
  }

  it('is understood in its own words', async () => {
    expect(await believed(await tokenOf(external, said(['工会主席', 'staff', 'offline_access'])))).toEqual({
      issuer: external.issuer,
      subject: 'ada',
      client: 'desk',
      audience: 'dashboard',
      memberId,
      roles: [
        { role: 'chair', organisationId },
        { role: 'member', organisationId },
      ],
      actingFor: null,
    });
  });

  it('gives nobody a role by a name of ours that was not agreed', async () => {
    const viewer = await believed(await tokenOf(external, said(['administrator', 'chair', 'auditor'])));
    expect(viewer).toMatchObject({ subject: 'ada', roles: [] });
  });

  it.each<[string, string, () => Promise<string>]>([
    [
      'a role that it may not assert, in our words',
      'TOKEN_NOT_TRUSTED',
      () => tokenOf(plain, ours([{ role: 'administrator', organisationId }])),
    ],
    [
      'one such role among others',
      'TOKEN_NOT_TRUSTED',
      () =>
        tokenOf(
          plain,
          ours([
            { role: 'member', organisationId },
            { role: 'chair', organisationId },
          ]),
        ),
    ],
    ['a role without its organisation', 'TOKEN_MALFORMED', () => tokenOf(plain, ours(['member']))],
    ["another issuer's words", 'TOKEN_MALFORMED', () => tokenOf(external, { ...said([]), azp: undefined })],
    [
      'an organisation that is none',
      'TOKEN_MALFORMED',
      () => tokenOf(external, { ...said(['staff']), 'https://sso.union.example/organisation': 'D1' }),
    ],
    [
      "another issuer's audience",
      'TOKEN_WRONG_AUDIENCE',
      () => tokenOf(external, { ...said([]), aud: 'zhijia-dashboard' }),
    ],
    ["another issuer's key", 'TOKEN_NOT_TRUSTED', () => tokenOf(plain, { ...said([]), iss: external.issuer })],
    [
      'an algorithm that was not agreed with it',
      'TOKEN_NOT_TRUSTED',
      () => tokenOf({ ...external, privateKey: { ...external.privateKey, alg: 'RS256' } }, said([]), 'RS256'),
    ],
  ])('is not believed with %s', async (_what, code, make) => {
    expect(await believed(await make())).toBe(code);
  });

  it('is not heard at all for an audience that it was not trusted with', async () => {
    expect(await believed(await tokenOf(external, said([])), 'bank')).toBe('TOKEN_WRONG_AUDIENCE');
  });
});
