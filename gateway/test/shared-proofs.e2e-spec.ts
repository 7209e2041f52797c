import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testIssuer, until, type TestIssuer } from '@zhijia/testing';
import { proofOf, someKeys, tokenOf, type Keys } from './support/partner.js';
import { startPeople, startPlaces } from './support/people-and-places.js';
import { hasRedis, startRedis } from './support/redis-server.js';
import type { SmallSubgraph } from './support/small-subgraph.js';
import { listed, startTestGateway, type TestGateway } from './support/start-test-gateway.js';

const address = 'https://graph.example';

/** Two gateways behind one address, as a load balancer has them. */
(hasRedis ? describe : describe.skip)('a proof that comes to one gateway and then to another', () => {
  let subgraphs: SmallSubgraph[];
  let issuer: TestIssuer;
  let keys: Keys;
  let redis: Awaited<ReturnType<typeof startRedis>>;

  beforeAll(async () => {
    [subgraphs, issuer, keys, redis] = await Promise.all([
      Promise.all([startPeople(), startPlaces()]),
      testIssuer(),
      someKeys(),
      startRedis(),
    ]);
  });
  afterAll(async () => {
    await redis.stop();
    await Promise.all(subgraphs.map((subgraph) => subgraph.stop()));
  });

  const start = (env: Record<string, string>): Promise<TestGateway> => {
    const folder = mkdtempSync(join(tmpdir(), 'zhijia-shared-'));
    return startTestGateway({
      subgraphs,
      issuers: [],
      trusted: [listed(issuer, folder, { development: false })],
      env: { PUBLIC_URL: address, ...env },
    });
  };

  /** One request, as often as it is sent. */
  async function aRequest() {
    const token = await tokenOf(issuer, { cnf: { jkt: keys.thumbprint } });
    const dpop = await proofOf({ token, url: `${address}/bank/graphql` }, keys);
    return async (gateway: TestGateway): Promise<unknown> => {
      const headers = { authorization: `DPoP ${token}`, dpop };
      const { status, body } = await gateway.post('bank', null, '{"query":"{ __typename }"}', headers);
      return status === 200 ? 200 : body.errors?.[0].extensions.code;
    };
  }

  it('opens once for all of them, also at the same moment', async () => {
    const gateways = await Promise.all([start({ REDIS_URL: redis.url }), start({ REDIS_URL: redis.url })]);
    const [one, other] = gateways;
    // Connected, both of them.
    for (const gateway of gateways) {
      await until(async () => (await (await aRequest())(gateway)) === 200 || undefined, { what: 'a gateway to know' });
    }
    const send = await aRequest();
    expect([await send(one), await send(other), await send(one)]).toEqual([
      200,
      'PROOF_NOT_ACCEPTED',
      'PROOF_NOT_ACCEPTED',
    ]);
    const raced = await aRequest();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => raced(at % 2 === 0 ? one : other)));
    expect(answers.filter((answer) => answer === 200)).toHaveLength(1);

    await redis.stop();
    expect(await (await aRequest())(one)).toBe('TRY_AGAIN');
    await redis.startAgain();
    await until(async () => (await (await aRequest())(one)) === 200 || undefined, {
      what: 'the connection to be back',
    });
    await Promise.all(gateways.map((gateway) => gateway.stop()));
  });

  it('would open at each of them that remembers for itself', async () => {
    const gateways = await Promise.all([start({}), start({})]);
    const send = await aRequest();
    expect([await send(gateways[0]), await send(gateways[1])]).toEqual([200, 200]);
    await Promise.all(gateways.map((gateway) => gateway.stop()));
  });
});
