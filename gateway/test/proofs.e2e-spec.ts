import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testIssuer, type TestIssuer } from '@zhijia/testing';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT, type CryptoKey, type JWK } from 'jose';
import { startPeople, startPlaces } from './support/people-and-places.js';
import type { SmallSubgraph } from './support/small-subgraph.js';
import { listed, startTestGateway, type Answer, type TestGateway } from './support/start-test-gateway.js';

interface Keys {
  privateKey: CryptoKey;
  publicJwk: JWK;
  thumbprint: string;
}

async function someKeys(alg = 'ES256'): Promise<Keys> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const publicJwk = await exportJWK(publicKey);
  return { privateKey, publicJwk, thumbprint: await calculateJwkThumbprint(publicJwk) };
}

describe('a token that is bound to a key', () => {
  let subgraphs: SmallSubgraph[];
  let issuer: TestIssuer;
  let gateway: TestGateway;
  let keys: Keys;
  let strangers: Keys;

  beforeAll(async () => {
    subgraphs = await Promise.all([startPeople(), startPlaces()]);
    issuer = await testIssuer();
    const folder = mkdtempSync(join(tmpdir(), 'zhijia-proofs-'));
    gateway = await startTestGateway({
      subgraphs,
      issuers: [],
      trusted: [listed(issuer, folder, { development: false })],
    });
    [keys, strangers] = await Promise.all([someKeys(), someKeys()]);
  });
  afterAll(async () => {
    await gateway.stop();
    await Promise.all(subgraphs.map((subgraph) => subgraph.stop()));
  });

  const now = (): number => Math.floor(Date.now() / 1_000);
  const url = (): string => `${gateway.url}/bank/graphql`;
  const tokenFor = async (jkt: string | null): Promise<string> =>
    new SignJWT({ client_id: 'bank', roles: [], ...(jkt === null ? {} : { cnf: { jkt } }) })
      .setProtectedHeader({ alg: 'ES256', kid: issuer.privateKey.kid, typ: 'at+jwt' })
      .setIssuer(issuer.issuer)
      .setSubject('bank')
      .setAudience('zhijia-bank')
      .setExpirationTime('5m')
      .sign(await importJWK(issuer.privateKey));

  interface Difference {
    claims?: Record<string, unknown>;
    header?: Record<string, unknown>;
    by?: Keys;
    scheme?: string;
    proof?: (proof: string) => string | null;
    token?: (token: string) => string | Promise<string>;
  }

  async function request(
    difference: Difference = {},
  ): Promise<{ send: () => Promise<Answer>; proof: string | null; token: string }> {
    const token = await tokenFor(keys.thumbprint);
    const by = difference.by ?? keys;
    const made = await new SignJWT({
      htm: 'POST',
      htu: url(),
      iat: now(),
      jti: randomUUID(),
      ath: createHash('sha256').update(token).digest('base64url'),
      ...difference.claims,
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: by.publicJwk, ...difference.header })
      .sign(by.privateKey);
    const proof = difference.proof === undefined ? made : difference.proof(made);
    const sent = (await difference.token?.(token)) ?? token;
    const send = () =>
      gateway.post('bank', null, JSON.stringify({ query: '{ __typename }' }), {
        authorization: `${difference.scheme ?? 'DPoP'} ${sent}`,
        ...(proof === null ? {} : { dpop: proof }),
      });
    return { send, proof, token: sent };
  }

  it('opens with a proof of that key, once', async () => {
    const { send } = await request();
    expect(await send()).toMatchObject({ status: 200, body: { data: { __typename: 'Query' } } });
    expect(await send()).toMatchObject({
      status: 401,
      body: { errors: [{ extensions: { code: 'PROOF_NOT_ACCEPTED' } }] },
    });
  });

  it('opens once where one proof comes many times at the same moment', async () => {
    const { send } = await request();
    const answers = await Promise.all(Array.from({ length: 20 }, send));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('opens with a clock nine seconds ahead, and whatever query stands in the address', async () => {
    const ahead = await request({ claims: { iat: now() + 9 } });
    expect((await ahead.send()).status).toBe(200);
    const withQuery = await request({ claims: { htu: `${url()}?operation=x#y` } });
    expect((await withQuery.send()).status).toBe(200);
  });

  it('is taken with PS256 too', async () => {
    const rsa = await someKeys('PS256');
    const token = await tokenFor(rsa.thumbprint);
    const proof = await new SignJWT({
      htm: 'POST',
      htu: url(),
      iat: now(),
      jti: randomUUID(),
      ath: createHash('sha256').update(token).digest('base64url'),
    })
      .setProtectedHeader({ alg: 'PS256', typ: 'dpop+jwt', jwk: rsa.publicJwk })
      .sign(rsa.privateKey);
    const answer = await gateway.post('bank', null, '{"query":"{ __typename }"}', {
      authorization: `DPoP ${token}`,
      dpop: proof,
    });
    expect(answer.status).toBe(200);
  });

  it.each<[string, () => Difference | Promise<Difference>, string?]>([
    ['no proof', () => ({ proof: () => null })],
    ['an empty proof', () => ({ proof: () => '' })],
    ['two proofs in one', () => ({ proof: (proof) => `${proof}, ${proof}` })],
    ['a proof of 10,000 characters', () => ({ claims: { filler: 'x'.repeat(10_000) } })],
    ['no JWT', () => ({ proof: () => 'proof' })],
    ['the token sent as Bearer', () => ({ scheme: 'Bearer' })],
    ['another key', () => ({ by: strangers })],
    ["another key under this one's name", () => ({ by: strangers, header: { jwk: keys.publicJwk } })],
    ['no key in the proof', () => ({ header: { jwk: undefined } })],
    ['another method', () => ({ claims: { htm: 'GET' } })],
    ['another audience', () => ({ claims: { htu: `${gateway.url}/mobile/graphql` } })],
    ['another host', () => ({ claims: { htu: 'https://elsewhere.example/bank/graphql' } })],
    ['no address', () => ({ claims: { htu: undefined } })],
    ['another token', () => ({ claims: { ath: createHash('sha256').update('other').digest('base64url') } })],
    ['no token', () => ({ claims: { ath: undefined } })],
    ['a proof of two minutes ago', () => ({ claims: { iat: now() - 120 } })],
    ['a proof from a minute ahead', () => ({ claims: { iat: now() + 60 } })],
    ['a proof valid only later', () => ({ claims: { nbf: now() + 60 } })],
    ['a proof that is over', () => ({ claims: { exp: now() - 1 } })],
    ['no time', () => ({ claims: { iat: undefined } })],
    ['no id', () => ({ claims: { jti: undefined } })],
    ['an empty id', () => ({ claims: { jti: '' } })],
    ['an id of a thousand characters', () => ({ claims: { jti: 'x'.repeat(1_000) } })],
    ['another type', () => ({ header: { typ: 'JWT' } })],
    ['a private key in the proof', async () => ({ header: { jwk: await exportJWK(keys.privateKey) } })],
    ['a token without a key, sent as DPoP', () => ({ token: () => tokenFor(null) }), 'TOKEN_NOT_BOUND'],
    [
      'a token without a key, sent as Bearer',
      () => ({ scheme: 'Bearer', token: () => tokenFor(null) }),
      'TOKEN_NOT_BOUND',
    ],
  ])('is refused with %s', async (_what, difference, code = 'PROOF_NOT_ACCEPTED') => {
    const { send } = await request(await difference());
    const { status, body, headers } = await send();
    expect({ status, code: body.errors?.[0]?.extensions.code }).toEqual({ status: 401, code });
    expect(headers.get('www-authenticate')).toMatch(/DPoP|Bearer/);
  });

  it('is refused with any byte of the proof changed', async () => {
    const { proof, token } = await request();
    const send = (dpop: string) =>
      gateway.post('bank', null, '{"query":"{ __typename }"}', { authorization: `DPoP ${token}`, dpop });
    let accepted = 0;
    for (let at = 0; at < (proof ?? '').length; at += 7) {
      const flipped = Buffer.from(proof ?? '');
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      const answer = await send(flipped.toString('latin1').replaceAll(/[^\x21-\x7e]/g, '!'));
      if (answer.status === 200) accepted += 1;
    }
    expect(accepted).toBe(0);
    // And it was the change that was refused: as it was made, it opens.
    expect((await send(proof ?? '')).status).toBe(200);
  });
});
