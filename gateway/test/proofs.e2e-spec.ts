import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testIssuer, type TestIssuer } from '@zhijia/testing';
import { proofOf, someKeys, tokenOf, type Keys } from './support/partner.js';
import { startPeople, startPlaces } from './support/people-and-places.js';
import type { SmallSubgraph } from './support/small-subgraph.js';
import { listed, startTestGateway, type Answer, type TestGateway } from './support/start-test-gateway.js';

/** How a bound token is let in; what it is refused with stands in `e2e/refused-credentials.e2e-spec.ts`. */
describe('a token that is bound to a key', () => {
  let subgraphs: SmallSubgraph[];
  let issuer: TestIssuer;
  let gateway: TestGateway;
  let keys: Keys;

  beforeAll(async () => {
    subgraphs = await Promise.all([startPeople(), startPlaces()]);
    issuer = await testIssuer();
    const folder = mkdtempSync(join(tmpdir(), 'zhijia-proofs-'));
    gateway = await startTestGateway({
      subgraphs,
      issuers: [],
      trusted: [listed(issuer, folder, { development: false })],
    });
    keys = await someKeys();
  });
  afterAll(async () => {
    await gateway.stop();
    await Promise.all(subgraphs.map((subgraph) => subgraph.stop()));
  });

  const url = (): string => `${gateway.url}/bank/graphql`;
  const send = (token: string, dpop: string): Promise<Answer> =>
    gateway.post('bank', null, '{"query":"{ __typename }"}', { authorization: `DPoP ${token}`, dpop });

  async function request(
    by = keys,
    change: Parameters<typeof proofOf>[2] = {},
  ): Promise<{ proof: string; token: string }> {
    const token = await tokenOf(issuer, { cnf: { jkt: by.thumbprint } });
    return { token, proof: await proofOf({ token, url: url() }, by, change) };
  }

  it('opens with a proof of that key, once', async () => {
    const { token, proof } = await request();
    expect(await send(token, proof)).toMatchObject({ status: 200, body: { data: { __typename: 'Query' } } });
    expect(await send(token, proof)).toMatchObject({
      status: 401,
      body: { errors: [{ extensions: { code: 'PROOF_NOT_ACCEPTED' } }] },
    });
  });

  it('opens once where one proof comes many times at the same moment', async () => {
    const { token, proof } = await request();
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(token, proof)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('opens with whatever query stands in the address', async () => {
    const { token, proof } = await request(keys, { claims: { htu: `${url()}?operation=x#y` } });
    expect((await send(token, proof)).status).toBe(200);
  });

  it('is taken with PS256 too', async () => {
    const { token, proof } = await request(await someKeys('PS256'), { header: { alg: 'PS256' } });
    expect((await send(token, proof)).status).toBe(200);
  });

  it('is refused with any byte of the proof changed', async () => {
    const { token, proof } = await request();
    let accepted = 0;
    for (let at = 0; at < proof.length; at += 7) {
      const flipped = Buffer.from(proof);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      const answer = await send(token, flipped.toString('latin1').replaceAll(/[^\x21-\x7e]/g, '!'));
      if (answer.status === 200) accepted += 1;
    }
    expect(accepted).toBe(0);
    // And it was the change that was refused: as it was made, it opens.
    expect((await send(token, proof)).status).toBe(200);
  });
});
