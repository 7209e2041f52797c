import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testIssuer, type TestIssuer } from '@zhijia/testing';
import { proofOf, signatureOf, someKeys, tokenOf, type Keys } from './support/partner.js';
import { startSmallSubgraph, type SmallSubgraph } from './support/small-subgraph.js';
import { listed, startTestGateway, type Answer, type TestGateway } from './support/start-test-gateway.js';

const typeDefs = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@tag"])
type Query { name: String @tag(name: "bank") @tag(name: "mobile") @tag(name: "dashboard") }
type Mutation {
  pay(fen: Int! @tag(name: "bank") @tag(name: "mobile")): Int @tag(name: "bank") @tag(name: "mobile")
}`;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const payment = '{"query":"mutation { pay(fen: 100) }"}';
const question = '{"query":"{ name }"}';

/** What is done; what is refused stands in `e2e/refused-credentials.e2e-spec.ts`. */
describe('what a partner bank changes', () => {
  let bank: SmallSubgraph;
  let issuer: TestIssuer;
  let developer: TestIssuer;
  let gateway: TestGateway;
  let bound: Keys;
  let signing: Keys;
  let nextSigning: Keys;
  let paidFen: number[];

  beforeAll(async () => {
    bank = await startSmallSubgraph('bank', typeDefs, {
      Query: { name: () => 'First Bank' },
      Mutation: {
        pay: (_: unknown, { fen }: { fen: number }) => {
          paidFen.push(fen);
          return fen;
        },
      },
    });
    [issuer, developer] = await Promise.all([testIssuer(), testIssuer()]);
    const folder = mkdtempSync(join(tmpdir(), 'zhijia-signatures-'));
    gateway = await startTestGateway({
      subgraphs: [bank],
      issuers: [developer],
      trusted: [listed(issuer, folder, { development: false })],
      env: { BOARDS_SUBGRAPH: 'none' },
    });
    [bound, signing, nextSigning] = await Promise.all([
      someKeys(),
      someKeys('PS256', '2026-1'),
      someKeys('PS256', '2026-2'),
    ]);
  });
  beforeEach(() => (paidFen = []));
  afterAll(async () => {
    await gateway.stop();
    await bank.stop();
  });

  async function send(body: string, headers: Record<string, string> = {}): Promise<Answer> {
    const token = await tokenOf(issuer, {
      cnf: { jkt: bound.thumbprint },
      signing_jwks: { keys: [signing.publicJwk, nextSigning.publicJwk] },
    });
    return gateway.post('bank', null, body, {
      authorization: `DPoP ${token}`,
      dpop: await proofOf({ token, url: `${gateway.url}/bank/graphql` }, bound),
      ...headers,
    });
  }
  const codeOf = ({ body }: Answer): unknown => body.errors?.[0]?.extensions.code ?? null;

  it('is signed', async () => {
    const answer = await send(payment, { 'x-jws-signature': await signatureOf(payment, signing) });
    expect(answer).toMatchObject({ status: 200, body: { data: { pay: 100 } } });
    expect(paidFen).toEqual([100]);
  });

  it('is signed with whichever key is registered, the old one and the new one', async () => {
    const answer = await send(payment, { 'x-jws-signature': await signatureOf(payment, nextSigning) });
    expect(answer.body).toEqual({ data: { pay: 100 } });
  });

  it('may be signed where nothing is changed, and need not', async () => {
    expect((await send(question)).body).toEqual({ data: { name: 'First Bank' } });
    const signed = await send(question, { 'x-jws-signature': await signatureOf(question, signing) });
    expect(signed.body).toEqual({ data: { name: 'First Bank' } });
    const wrong = await send(question, { 'x-jws-signature': await signatureOf(payment, signing) });
    expect(codeOf(wrong)).toBe('SIGNATURE_NOT_ACCEPTED');
  });

  it('needs no signature from anybody but servers, and none of a developer', async () => {
    const mobile = await developer.token({ audience: 'zhijia-mobile' });
    expect((await gateway.post('mobile', mobile, payment)).body).toEqual({ data: { pay: 100 } });
    const own = await developer.token({ audience: 'zhijia-bank' });
    expect((await gateway.post('bank', own, payment)).body).toEqual({ data: { pay: 100 } });
  });

  it('is refused with any byte changed on the way, and never done', async () => {
    const signature = await signatureOf(payment, signing);
    // In the amount, in white space that means nothing, at both ends.
    for (const at of [0, 10, payment.indexOf('100'), payment.length - 3, payment.length - 1]) {
      const changed = Buffer.from(payment);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect((await send(changed.toString(), { 'x-jws-signature': signature })).status).toBe(400);
    }
    expect((await send(payment.replace('fen: ', 'fen:  '), { 'x-jws-signature': signature })).status).toBe(400);
    expect(paidFen).toEqual([]);
  });

  describe('and its id of the exchange', () => {
    const id = '0199d1a0-0000-4000-8000-00000000000A';
    const echoed = async (headers: Record<string, string>): Promise<string | null> =>
      (await send(question, headers)).headers.get('x-fapi-interaction-id');

    it('is played back as it was sent, or made', async () => {
      expect(await echoed({ 'x-fapi-interaction-id': id })).toBe(id);
      expect(await echoed({})).toMatch(uuid);
    });

    it('stands in refusals too, whoever refuses', async () => {
      const named = { 'x-fapi-interaction-id': id };
      for (const answer of [
        await gateway.post('bank', null, question, named),
        await send('{', named),
        await send(payment, named),
        await send(' '.repeat(2 * 1_024 * 1_024), named),
      ]) {
        expect({ ok: answer.status < 400, id: answer.headers.get('x-fapi-interaction-id') }).toEqual({ ok: false, id });
      }
    });

    it.each(['1', `${id}x`, '00000000-0000-0000-0000-000000000000', 'x'.repeat(5_000)])(
      'is refused as %.50s',
      async (malformed) => {
        const answer = await send(question, { 'x-fapi-interaction-id': malformed });
        expect({ status: answer.status, code: codeOf(answer) }).toEqual({
          status: 400,
          code: 'INTERACTION_ID_MALFORMED',
        });
        expect(answer.headers.get('x-fapi-interaction-id')).toMatch(uuid);
      },
    );

    it('is no part of what others are answered', async () => {
      const token = await developer.token({ audience: 'zhijia-mobile' });
      const answer = await gateway.post('mobile', token, question, { 'x-fapi-interaction-id': id });
      expect(answer.headers.get('x-fapi-interaction-id')).toBeNull();
    });
  });
});
