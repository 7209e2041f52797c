import { readFileSync } from 'node:fs';
import { makeToken } from '@zhijia/testing';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { post } from '../support/post.js';
import type { World } from './world.js';

export function badTokens(world: World): void {
  describe('tokens', () => {
    const query = JSON.stringify({ query: '{ me { id } }' });
    const facts = () => ({
      issuer: 'https://issuer.zhijia.local',
      audience: 'zhijia-mobile',
      subject: 'M0000',
      clientId: 'journey-mobile',
      memberId: world.county.member(0).memberId,
    });
    const issuerKey = () => JSON.parse(readFileSync(world.product.stack.secrets.issuerKeyFile, 'utf8')) as JWK;

    async function answerTo(token: string | null): Promise<unknown> {
      const { status, json } = await post(
        world.product.stack.gateway.mobile,
        query,
        token === null ? {} : { authorization: `Bearer ${token}` },
      );
      return { status, code: json?.errors?.[0]?.extensions?.code, data: json?.data };
    }
    const refused = (code: string) => ({ status: 401, code, data: undefined });

    async function aForeignKey(): Promise<JWK> {
      const { privateKey } = await generateKeyPair('ES256', { extractable: true });
      return { ...(await exportJWK(privateKey)), alg: 'ES256', kid: issuerKey().kid! };
    }
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

    it('believes one that the issuer signed for this audience', async () => {
      expect(await answerTo(await makeToken(issuerKey(), facts()))).toMatchObject({ status: 200, code: undefined });
    });

    it('asks for one where there is none', async () => {
      expect(await answerTo(null)).toEqual(refused('TOKEN_MISSING'));
    });

    it('refuses one whose time is over', async () => {
      const expired = await makeToken(issuerKey(), { ...facts(), lifetimeSeconds: -60 });
      expect(await answerTo(expired)).toEqual(refused('TOKEN_EXPIRED'));
    });

    it('refuses one of an issuer that nobody knows', async () => {
      const foreign = await makeToken(await aForeignKey(), { ...facts(), issuer: 'https://elsewhere.example' });
      expect(await answerTo(foreign)).toEqual(refused('TOKEN_NOT_TRUSTED'));
    });

    it('refuses one that names the issuer and is signed by another key', async () => {
      expect(await answerTo(await makeToken(await aForeignKey(), facts()))).toEqual(refused('TOKEN_NOT_TRUSTED'));
    });

    it('refuses one for another audience', async () => {
      const dashboard = await makeToken(issuerKey(), { ...facts(), audience: 'zhijia-dashboard' });
      expect(await answerTo(dashboard)).toEqual(refused('TOKEN_WRONG_AUDIENCE'));
    });

    it('refuses one without a signature, and one with the claims of another', async () => {
      const token = await makeToken(issuerKey(), facts());
      const [header = '', claims = '', signature = ''] = token.split('.');
      const unsigned = `${part({ alg: 'none', typ: 'at+jwt' })}.${claims}.`;
      expect(await answerTo(unsigned)).toMatchObject({ status: 401, data: undefined });
      const changed = { ...(JSON.parse(Buffer.from(claims, 'base64url').toString()) as object), sub: 'M0001' };
      expect(await answerTo(`${header}.${part(changed)}.${signature}`)).toEqual(refused('TOKEN_NOT_TRUSTED'));
      // The public key as the secret of an HMAC is the classic.
      expect(await answerTo(`${part({ alg: 'HS256', typ: 'at+jwt' })}.${claims}.${signature}`)).toEqual(
        refused('TOKEN_NOT_TRUSTED'),
      );
    });

    it('refuses one that is none', async () => {
      expect(await answerTo('not-a-token')).toEqual(refused('TOKEN_MALFORMED'));
    });
  });
}
