import { testIssuer, type TestIssuer } from '@zhijia/testing';
import { fastify } from 'fastify';
import { SignJWT, importJWK, type JWTPayload } from 'jose';
import { startPeople, startPlaces } from './support/people-and-places.js';
import type { SmallSubgraph } from './support/small-subgraph.js';
import { answerOf, expectedAudiences, startTestGateway, type TestGateway } from './support/start-test-gateway.js';

const organisationId = '0199d1a0-0000-7000-8000-0000000000aa';
const memberId = '0199d1a0-0000-7000-8000-0000000000bb';

function listedRemote(issuer: string): object {
  return { issuer, audiences: expectedAudiences, roles: ['member'] };
}

async function startKeyServer(jwks: object) {
  let isPublished = true;
  const server = fastify();
  server.get('/jwks', async (_request, reply) => (isPublished ? jwks : reply.code(500).send()));
  const port = new URL(await server.listen({ port: 0, host: '127.0.0.1' })).port;
  return { port, publish: (now: boolean) => (isPublished = now), close: () => server.close() };
}

/** What a token says and how it is remembered; what is refused stands in `e2e/refused-credentials.e2e-spec.ts`. */
describe('who may ask', () => {
  let people: SmallSubgraph;
  let places: SmallSubgraph;
  let issuer: TestIssuer;
  let stranger: TestIssuer;
  let gateway: TestGateway;

  beforeAll(async () => {
    [people, places, issuer, stranger] = await Promise.all([startPeople(), startPlaces(), testIssuer(), testIssuer()]);
    gateway = await startTestGateway({ subgraphs: [people, places], issuers: [issuer] });
  });
  afterAll(async () => {
    await gateway.stop();
    await Promise.all([people.stop(), places.stop()]);
  });

  const now = (): number => Math.floor(Date.now() / 1_000);
  const claims = (changes: JWTPayload = {}): JWTPayload => ({
    iss: issuer.issuer,
    sub: 'ada',
    aud: 'zhijia-mobile',
    exp: now() + 300,
    client_id: 'app',
    roles: [],
    ...changes,
  });
  const sign = async (payload: JWTPayload): Promise<string> =>
    new SignJWT(payload)
      .setProtectedHeader({ alg: 'ES256', kid: issuer.privateKey.kid })
      .sign(await importJWK(issuer.privateKey));

  it('refuses a password where a token belongs', async () => {
    const response = await fetch(`${gateway.url}/mobile/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Basic YWRhOmFkYQ==' },
      body: '{"query":"{ me { id } }"}',
    });
    expect((await answerOf(response)).body.errors?.[0].extensions.code).toBe('TOKEN_MALFORMED');
  });

  it('tells a token for two audiences apart on each, also once it is remembered', async () => {
    const both = await sign(claims({ aud: ['zhijia-mobile', 'zhijia-dashboard'] }));
    for (let time = 0; time < 2; time += 1) {
      expect((await gateway.ask('mobile', both, '{ me { id } }')).status).toBe(200);
      expect((await gateway.ask('dashboard', both, '{ me { id } }')).status).toBe(200);
      expect((await gateway.ask('bank', both, '{ me { id } }')).body.errors?.[0].extensions.code).toBe(
        'TOKEN_WRONG_AUDIENCE',
      );
    }
  });

  it('forgets a remembered token when it expires', async () => {
    // The signature is good for ten more seconds of skew, but the claim is asked again after `exp`.
    const token = await sign(claims({ exp: now() - 9 }));
    expect((await gateway.ask('mobile', token, '{ me { id } }')).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    expect((await gateway.ask('mobile', token, '{ me { id } }')).body.errors?.[0].extensions.code).toBe(
      'TOKEN_EXPIRED',
    );
  });

  it('tells each subgraph who asks, and nothing else of the request', async () => {
    people.received.length = 0;
    places.received.length = 0;
    const token = await sign(
      claims({ member_id: memberId, roles: [{ role: 'chair', organisationId }], acting_for: organisationId }),
    );
    const { body } = await gateway.post('mobile', token, '{"query":"{ me { name home { town } } }"}', {
      cookie: 'session=1',
      'x-forwarded-for': '1.2.3.4',
      'x-zhijia-viewer': 'forged',
      'x-request-id': 'forged',
    });
    expect(body).toEqual({ data: { me: { name: 'ada', home: { town: 'Town 1' } } } });
    for (const subgraph of [people, places]) {
      expect(subgraph.received).toHaveLength(1);
      const { headers } = subgraph.received[0]!;
      expect(Object.keys(headers).sort()).toEqual(
        [
          'accept',
          'connection',
          'content-length',
          'content-type',
          'host',
          'traceparent',
          'x-request-id',
          'x-viewer',
          'x-zhijia-deadline-ms',
          'x-zhijia-viewer',
        ].sort(),
      );
      expect(headers['x-request-id']).not.toBe('forged');
      expect(JSON.parse(String(headers['x-viewer']))).toEqual({
        issuer: issuer.issuer,
        subject: 'ada',
        client: 'app',
        audience: 'mobile',
        // The member acted for, whoever the agent is.
        memberId: organisationId,
        roles: [{ role: 'chair', organisationId }],
        actingFor: organisationId,
      });
    }
  });

  it('fetches the keys of an issuer that publishes them, and asks to come again while it cannot', async () => {
    const { port, publish, close } = await startKeyServer(stranger.jwks);
    const remote = await startTestGateway({
      subgraphs: [people, places],
      issuers: [],
      trusted: [{ ...listedRemote(stranger.issuer), jwksUrl: `http://127.0.0.1:${port}/jwks` }],
    });
    const token = await stranger.token({ subject: 'bo' });
    publish(false);
    const refused = await remote.ask('mobile', token, '{ me { name } }');
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(refused.body.errors?.[0].extensions).toEqual({ code: 'TRY_AGAIN', retryable: true });
    publish(true);
    expect((await remote.ask('mobile', token, '{ me { name } }')).body).toEqual({ data: { me: { name: 'bo' } } });
    expect((await remote.ask('mobile', await sign(claims()), '{ me { name } }')).status).toBe(401);
    await remote.stop();
    await close();
  });

  it('asks for no token where everybody may look', async () => {
    for (const path of ['/health/live', '/health/ready', '/metrics']) {
      expect((await fetch(`${gateway.url}${path}`)).status).toBe(200);
    }
  });
});
