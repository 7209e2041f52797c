import { randomUUID } from 'node:crypto';
import { execute, rows } from '@zhijia/database';
import { aCertificate, formOf } from '@zhijia/testing';
import {
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  SignJWT,
  type CryptoKey,
} from 'jose';
import * as client from 'openid-client';
import { TOTP, Secret } from 'otpauth';
import { IssuerClientsStore } from '../src/identity/partners/issuer-clients.store.js';
import { SessionsStore } from '../src/sessions/sessions.store.js';
import { aMemberLine, aPhone } from './builders.js';
import { openApplication, openIssuer, type IssuerWorld } from './issuer-world.js';

const familyNumber = aPhone(1);
const administrator = { phone: aPhone(900), fullName: '司徒明' };

describe('the issuer', () => {
  let world: IssuerWorld;
  let application: Awaited<ReturnType<typeof openApplication>>;

  beforeAll(async () => {
    world = await openIssuer([
      aMemberLine(1, { fullName: '王大', phone: familyNumber }),
      aMemberLine(2, { fullName: '李二', phone: familyNumber }),
      ...[3, 4, 5, 6, 7, 8, 9].map((order) => aMemberLine(order)),
    ]);
    application = await openApplication(world);
  });
  afterAll(() => world.close());

  /** As far as the page that asks for the code. */
  async function askFor(number: string) {
    const begun = await application.begin();
    const page = await begun.browser.submit(formOf(begun.page), { number, language: 'zh' });
    return { ...begun, page };
  }

  /** Long enough for another code to the same number. */
  const aWhileLater = () => execute(world.db, `UPDATE code_sending SET sent_at = sent_at - interval '2 minutes'`);

  /** Long enough for as many more as are sent in an hour. */
  const hoursLater = () => execute(world.db, `UPDATE code_sending SET sent_at = sent_at - interval '2 hours'`);

  async function signIn(number: string) {
    const asked = await askFor(number);
    const done = await asked.browser.submit(formOf(asked.page), { code: await world.codeFor(number) });
    return application.finish(done.location ?? '', asked);
  }

  const refusedWith = (error: string) => expect.objectContaining({ error });

  it('lets a member in by number and code, and gives tokens that say who they are', async () => {
    const tokens = await signIn(aPhone(3));
    const keys = createRemoteJWKSet(new URL(`${world.url}/jwks`));
    const { payload } = await jwtVerify(tokens.access_token, keys, { issuer: world.url, audience: 'zhijia-mobile' });
    expect(payload).toMatchObject({
      client_id: 'member-app',
      member_id: expect.any(String),
      roles: [{ role: 'member', organisationId: await world.organisationId('B1') }],
    });
    expect(decodeProtectedHeader(tokens.access_token)).toMatchObject({ alg: 'ES256', typ: 'at+jwt' });
    expect(JSON.stringify(payload)).not.toContain(aPhone(3));
    const refreshed = await client.refreshTokenGrant(application.config, tokens.refresh_token ?? '');
    expect(decodeJwt(refreshed.access_token).sub).toBe(payload.sub);
  });

  describe('asked for a code', () => {
    it('answers a number that reaches nobody as one that does, and sends nothing', async () => {
      const stranger = await askFor(aPhone(555));
      const member = await askFor(aPhone(4));
      const withoutIds = (text: string) => text.replaceAll(/\/sign-in\/[\w-]+/g, '');
      expect(withoutIds(stranger.page.text)).toBe(withoutIds(member.page.text));
      await world.codeFor(aPhone(4));
      expect(world.codes.sent.filter(({ phone }) => phone === aPhone(555))).toEqual([]);
      const answered = await stranger.browser.submit(formOf(stranger.page), { code: '000000' });
      expect(answered.text).toContain('验证码不正确');
    });

    it.each(['', '12345', '99999999999', '<script>'])('says of %j what a number looks like', async (number) => {
      const asked = await askFor(number);
      expect(asked.page.text).toContain('请输入十一位手机号码');
      expect(asked.page.text).not.toContain('<script>');
    });

    it('sends one a minute to a number, and says how long to wait', async () => {
      await askFor(aPhone(5));
      const second = await askFor(aPhone(5));
      expect(second.page.text).toMatch(/请在\d+ 秒后再试/);
      expect(world.codes.sent.filter(({ phone }) => phone === aPhone(5))).toHaveLength(1);
    });

    it('sends one where two ask at the same moment', async () => {
      await Promise.all([askFor(aPhone(6)), askFor(aPhone(6)), askFor(aPhone(6))]);
      await world.codeFor(aPhone(6));
      expect(world.codes.sent.filter(({ phone }) => phone === aPhone(6))).toHaveLength(1);
    });

    it('speaks English to who prefers it', async () => {
      const begun = await application.begin({ ui_locales: 'en' });
      expect(begun.page.text).toContain('<html lang="en">');
      expect(begun.page.headers.get('content-security-policy')).toContain("default-src 'none'");
    });
  });

  describe('given a code', () => {
    it('ends after five wrong ones, also for the right one', async () => {
      await aWhileLater();
      const asked = await askFor(aPhone(7));
      const code = await world.codeFor(aPhone(7));
      const wrong = code === '111111' ? '222222' : '111111';
      for (let guess = 0; guess < 5; guess += 1) await asked.browser.submit(formOf(asked.page), { code: wrong });
      const late = await asked.browser.submit(formOf(asked.page), { code });
      expect(late.text).toContain('验证码已失效');
    });

    it('counts wrong ones that come at once', async () => {
      await aWhileLater();
      const asked = await askFor(aPhone(7));
      const code = await world.codeFor(aPhone(7));
      const guesses = Array.from({ length: 20 }, (_, index) =>
        String((Number(code) + 1 + index) % 1_000_000).padStart(6, '0'),
      );
      await Promise.all(guesses.map((guess) => asked.browser.submit(formOf(asked.page), { code: guess })));
      const late = await asked.browser.submit(formOf(asked.page), { code });
      expect(late.text).toContain('验证码已失效');
    });

    it('belongs to the browser that asked: nobody else can use it, or use it up', async () => {
      await aWhileLater();
      const owner = await askFor(aPhone(8));
      const code = await world.codeFor(aPhone(8));
      await aWhileLater();
      const other = await askFor(aPhone(8));
      const stolen = await other.browser.submit(formOf(other.page), { code });
      expect(stolen.location).toBeNull();
      const foreign = await other.browser.submit(formOf(owner.page), { code });
      expect(foreign.location).toBeNull();
      const done = await owner.browser.submit(formOf(owner.page), { code });
      expect(done.location).toContain('code=');
    });

    it('is over after five minutes', async () => {
      await aWhileLater();
      const asked = await askFor(aPhone(9));
      const code = await world.codeFor(aPhone(9));
      await execute(world.db, `UPDATE sign_in SET code_expires_at = now() - interval '1 second'`);
      const late = await asked.browser.submit(formOf(asked.page), { code });
      expect(late.text).toContain('验证码已失效');
    });

    it('asks who of a family it is, with masked names, and lets the chosen one in', async () => {
      const asked = await askFor(familyNumber);
      const page = await asked.browser.submit(formOf(asked.page), { code: await world.codeFor(familyNumber) });
      expect(page.text).toContain('王*');
      expect(page.text).toContain('李*');
      expect(page.text).not.toContain('李二');
      const [choice = ''] = /(?<=value=")[0-9a-f-]{36}(?=" required> 李)/.exec(page.text) ?? [];
      const elsewhere = await asked.browser.submit(formOf(page), { choice: randomUUID() });
      expect(elsewhere.location).toBeNull();
      const done = await asked.browser.submit(formOf(page), { choice });
      const tokens = await application.finish(done.location ?? '', asked);
      expect(decodeJwt(tokens.access_token)).toMatchObject({ member_id: choice });
    });
  });

  describe('with an administrator', () => {
    it('asks for a second factor, accepts each of its codes once, and asks for it again', async () => {
      const { appointOfficer } = world;
      const appointment = await appointOfficer.run(administrator, 'administrator', 'C', 'test');
      expect(await appointOfficer.run(administrator, 'administrator', 'C', 'test')).toEqual(appointment);
      const accountId = appointment.kind === 'appointed' ? appointment.accountId : '';
      const first = await askFor(administrator.phone);
      const enrolment = await first.browser.submit(formOf(first.page), {
        code: await world.codeFor(administrator.phone),
      });
      const [secret = ''] = /(?<=<code id="secret">)[A-Z2-7]+/.exec(enrolment.text) ?? [];
      const totp = new TOTP({ secret: Secret.fromBase32(secret) });
      const wrong = await first.browser.submit(formOf(enrolment), { code: '12' });
      expect(wrong.text).toContain('验证码不正确');
      const code = totp.generate();
      const done = await first.browser.submit(formOf(wrong), { code });
      const tokens = await application.finish(done.location ?? '', first);
      expect(decodeJwt(tokens.access_token)).toMatchObject({ sub: accountId, roles: [{ role: 'administrator' }] });

      await aWhileLater();
      const again = await askFor(administrator.phone);
      const asked = await again.browser.submit(formOf(again.page), { code: await world.codeFor(administrator.phone) });
      expect(asked.text).not.toContain(secret);
      const replayed = await again.browser.submit(formOf(asked), { code });
      expect(replayed.text).toContain('同一个验证码只能使用一次');
      const next = totp.generate({ timestamp: Date.now() + 30_000 });
      const letIn = await again.browser.submit(formOf(asked), { code: next });
      expect(letIn.location).toContain('code=');
      await application.finish(letIn.location ?? '', again);

      // Their computer is in other hands: whoever operates the issuer ends what is open on it.
      const { signOut } = world;
      expect(await signOut.run({ phone: administrator.phone })).toEqual({ kind: 'signedOut', sessions: 2 });
      await expect(client.refreshTokenGrant(application.config, tokens.refresh_token ?? '')).rejects.toEqual(
        refusedWith('invalid_grant'),
      );
      expect(await signOut.run({ phone: aPhone(901) })).toEqual({ kind: 'nobody' });
      expect(await signOut.run({ phone: '12' })).toEqual({ kind: 'phoneMalformed' });
    });
  });

  describe('with what was given', () => {
    it('ends everything of a grant when a refresh token comes twice', async () => {
      await aWhileLater();
      const tokens = await signIn(aPhone(3));
      const next = await client.refreshTokenGrant(application.config, tokens.refresh_token ?? '');
      await expect(client.refreshTokenGrant(application.config, tokens.refresh_token ?? '')).rejects.toEqual(
        refusedWith('invalid_grant'),
      );
      await expect(client.refreshTokenGrant(application.config, next.refresh_token ?? '')).rejects.toEqual(
        refusedWith('invalid_grant'),
      );
    });

    it('renews once where one refresh token comes twice at the same moment', async () => {
      await aWhileLater();
      const { refresh_token: token = '' } = await signIn(aPhone(3));
      const outcomes = await Promise.allSettled(
        Array.from({ length: 8 }, () => client.refreshTokenGrant(application.config, token)),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
    });

    it('takes an authorization code once', async () => {
      await aWhileLater();
      const asked = await askFor(aPhone(4));
      const done = await asked.browser.submit(formOf(asked.page), { code: await world.codeFor(aPhone(4)) });
      const outcomes = await Promise.allSettled(
        Array.from({ length: 5 }, () => application.finish(done.location ?? '', asked)),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
    });

    describe('is listed for the member', () => {
      const memberIdOf = (tokens: { access_token: string }) => String(decodeJwt(tokens.access_token)['member_id']);
      const renew = (tokens: { refresh_token?: string }) =>
        client.refreshTokenGrant(application.config, tokens.refresh_token ?? '');
      let sessions: SessionsStore;
      beforeAll(() => {
        sessions = new SessionsStore(world.db);
      });

      it('by application and time, each sign-in once', async () => {
        await hoursLater();
        const memberId = memberIdOf(await signIn(aPhone(8)));
        const before = await sessions.listOfMember(memberId);
        await hoursLater();
        await renew(await signIn(aPhone(8)));
        const listed = await sessions.listOfMember(memberId);
        expect(listed.length).toBe(before.length + 1);
        expect(new Set(listed.map(({ application: name }) => name))).toEqual(new Set(['member-app']));
        for (const { signedInAt, lastUsedAt, endsAt } of listed) {
          expect(new Date(lastUsedAt) >= new Date(signedInAt)).toBe(true);
          expect(new Date(endsAt) > new Date()).toBe(true);
        }
        expect(await sessions.listOfMember(randomUUID())).toEqual([]);
      });

      it('and ended one by one: its tokens are not renewed, and its browser is asked anew', async () => {
        await hoursLater();
        const kept = await signIn(aPhone(8));
        const memberId = memberIdOf(kept);
        const known = new Set((await sessions.listOfMember(memberId)).map(({ id }) => id));
        await hoursLater();
        const asked = await askFor(aPhone(8));
        const done = await asked.browser.submit(formOf(asked.page), { code: await world.codeFor(aPhone(8)) });
        const ended = await application.finish(done.location ?? '', asked);
        const session = (await sessions.listOfMember(memberId)).find(({ id }) => !known.has(id))?.id ?? '';
        // Whoever is signed in there still is not asked again.
        const silent = await application.begin({}, asked.browser);
        expect(silent.page.location).toContain('code=');

        expect(await sessions.end(randomUUID(), session)).toBe(false);
        expect(await sessions.end(memberId, session)).toBe(true);
        expect(await sessions.end(memberId, session)).toBe(false);
        await expect(renew(ended)).rejects.toEqual(refusedWith('invalid_grant'));
        expect((await application.begin({}, asked.browser)).page.text).toContain('<form');
        expect((await renew(kept)).access_token).toEqual(expect.any(String));
      });

      it('and ended everywhere at once', async () => {
        await hoursLater();
        const tokens = await signIn(aPhone(8));
        const memberId = memberIdOf(tokens);
        const listed = await sessions.listOfMember(memberId);
        expect(listed.length).toBeGreaterThan(1);
        expect(await sessions.endAll({ memberId })).toBe(listed.length);
        expect(await sessions.listOfMember(memberId)).toEqual([]);
        await expect(renew(tokens)).rejects.toEqual(refusedWith('invalid_grant'));
      });
    });

    it('is not renewed for who is a member no more', async () => {
      await aWhileLater();
      const tokens = await signIn(aPhone(9));
      await execute(world.db, `UPDATE member SET status = 'LEFT' WHERE phone_index = $1`, [
        world.personal.phoneIndex(aPhone(9)),
      ]);
      await expect(client.refreshTokenGrant(application.config, tokens.refresh_token ?? '')).rejects.toEqual(
        refusedWith('invalid_grant'),
      );
    });

    it('outlives a new signing key, which is shown before it signs', async () => {
      await aWhileLater();
      const before = await signIn(aPhone(4));
      await execute(world.db, `UPDATE signing_key SET signs_from = signs_from - interval '31 days'`);
      await world.restart();
      const shown = (await (await fetch(`${world.url}/jwks`)).json()) as { keys: { kid: string; d?: string }[] };
      expect(shown.keys).toHaveLength(2);
      expect(shown.keys.some(({ d }) => d !== undefined)).toBe(false);
      const renewed = await client.refreshTokenGrant(application.config, before.refresh_token ?? '');
      expect(decodeProtectedHeader(renewed.access_token).kid).toBe(decodeProtectedHeader(before.access_token).kid);

      await execute(world.db, `UPDATE signing_key SET signs_from = now() WHERE signs_from > now()`);
      await world.restart();
      const last = await client.refreshTokenGrant(application.config, renewed.refresh_token ?? '');
      expect(decodeProtectedHeader(last.access_token).kid).not.toBe(decodeProtectedHeader(before.access_token).kid);
      const keys = createRemoteJWKSet(new URL(`${world.url}/jwks`));
      await expect(jwtVerify(before.access_token, keys)).resolves.toBeDefined();
    });

    it('leaves nothing in the database that would let somebody in', async () => {
      await aWhileLater();
      const tokens = await signIn(aPhone(4));
      const kept = await rows<{ text: string }>(
        world.db,
        `SELECT issuer_record::text AS text FROM issuer_record UNION ALL SELECT sign_in::text FROM sign_in
         UNION ALL SELECT code_sending::text FROM code_sending UNION ALL SELECT signing_key::text FROM signing_key
         UNION ALL SELECT account::text FROM account`,
      );
      const all = kept.map(({ text }) => text).join('\n');
      expect(kept.length).toBeGreaterThan(20);
      expect(all).toContain('member-app');
      for (const secret of [tokens.refresh_token ?? '', ...world.codes.sent.map(({ phone }) => phone)]) {
        expect(all).not.toContain(secret);
      }
    });
  });

  describe('asked by a server of a partner', () => {
    let key: CryptoKey;
    let now: number;

    beforeAll(async () => {
      const pair = await generateKeyPair('PS256', { extractable: true });
      key = pair.privateKey;
      const { registerPartnerClient } = world;
      const publicKey = { ...(await exportJWK(pair.publicKey)), kid: 'bank-1', alg: 'PS256' };
      const registration = { client_id: 'bank', client_name: 'Bank', jwks: { keys: [publicKey] } };
      expect(await registerPartnerClient.run(registration, 'nowhere')).toEqual({ kind: 'organisationUnknown' });
      expect(await registerPartnerClient.run(registration, 'D1')).toEqual({ kind: 'registered', clientId: 'bank' });
      const withPrivateKey = { ...registration, jwks: { keys: [{ ...publicKey, d: 'secret' }] } };
      expect(await registerPartnerClient.run(withPrivateKey, 'D1')).toMatchObject({ kind: 'malformed' });
      expect(
        await registerPartnerClient.run({ ...registration, redirect_uris: ['https://bank.example'] }, 'D1'),
      ).toMatchObject({
        kind: 'malformed',
      });
    });
    beforeEach(() => {
      now = Math.floor(Date.now() / 1_000);
    });

    const dPoPKey = generateKeyPair('ES256', { extractable: true });

    interface Difference {
      client?: string;
      headers?: Record<string, string>;
      claims?: Record<string, unknown>;
      header?: Record<string, unknown>;
      proof?: Record<string, unknown> | null;
      proofHeader?: Record<string, unknown>;
      body?: Record<string, string>;
      signedBy?: () => Promise<CryptoKey>;
    }

    async function ask(difference: Difference = {}) {
      const assertion = await new SignJWT({
        iss: difference.client ?? 'bank',
        sub: difference.client ?? 'bank',
        aud: world.url,
        jti: randomUUID(),
        iat: now,
        exp: now + 60,
        ...difference.claims,
      })
        .setProtectedHeader({ alg: 'PS256', kid: 'bank-1', ...difference.header })
        .sign((await difference.signedBy?.()) ?? key);
      const { privateKey, publicKey } = await dPoPKey;
      const proof =
        difference.proof === null
          ? null
          : await new SignJWT({
              htm: 'POST',
              htu: `${world.url}/token`,
              iat: now,
              jti: randomUUID(),
              ...difference.proof,
            })
              .setProtectedHeader({
                alg: 'ES256',
                typ: 'dpop+jwt',
                jwk: await exportJWK(publicKey),
                ...difference.proofHeader,
              })
              .sign(privateKey);
      const send = async () => {
        const response = await fetch(`${world.url}/token`, {
          method: 'POST',
          headers: { ...(proof === null ? {} : { dpop: proof }), ...difference.headers },
          body: new URLSearchParams({
            grant_type: 'client_credentials',
            scope: 'graph',
            client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
            client_assertion: assertion,
            ...difference.body,
          }),
        });
        return { status: response.status, body: (await response.json()) as Record<string, string> };
      };
      return { send };
    }

    it('gives a token bound to its key, for the bank graph alone', async () => {
      const { send } = await ask();
      const { status, body } = await send();
      expect({ status, type: body['token_type'] }).toEqual({ status: 200, type: 'DPoP' });
      expect(decodeJwt(body['access_token'] ?? '')).toMatchObject({
        aud: 'zhijia-bank',
        client_id: 'bank',
        cnf: { jkt: expect.any(String) },
        roles: [{ role: 'bank-client', organisationId: await world.organisationId('D1') }],
        // Public members alone: with these the gateway checks what the client signs.
        signing_jwks: { keys: [{ kty: 'RSA', alg: 'PS256', kid: 'bank-1', n: expect.any(String), e: 'AQAB' }] },
      });
      const replayed = await send();
      expect(replayed.status).toBeGreaterThanOrEqual(400);
      expect(replayed.body['access_token']).toBeUndefined();
    });

    it('gives a token bound to the certificate of the connection, where that was registered', async () => {
      const { registerPartnerClient } = world;
      const registered = await new IssuerClientsStore(world.db).find('bank');
      const jwks = { keys: registered?.jwks?.keys };
      const registration = { client_id: 'tls-bank', client_name: 'Bank', jwks };
      await registerPartnerClient.run({ ...registration, tls_client_certificate_bound_access_tokens: true }, 'D1');
      const certificate = aCertificate('bank');

      const over = await ask({ client: 'tls-bank', proof: null, headers: { 'client-cert': certificate.header } });
      const { status, body } = await over.send();
      expect({ status, type: body['token_type'] }).toEqual({ status: 200, type: 'Bearer' });
      expect(decodeJwt(body['access_token'] ?? '')['cnf']).toEqual({ 'x5t#S256': certificate.thumbprint });
      for (const headers of [{}, { 'client-cert': ':AAAA:' }] as Record<string, string>[]) {
        const { send } = await ask({ client: 'tls-bank', proof: null, headers });
        expect((await send()).body).toMatchObject({ error: 'invalid_grant' });
      }
    });

    it('accepts a clock ten seconds ahead', async () => {
      const { send } = await ask({ claims: { iat: now + 9, exp: now + 69 } });
      expect((await send()).status).toBe(200);
    });

    it('gives one token where an assertion comes twice at the same moment', async () => {
      const { send } = await ask();
      const outcomes = await Promise.all([send(), send(), send(), send()]);
      expect(outcomes.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
    });

    const refusals: [string, () => Difference][] = [
      ['a clock a minute ahead', () => ({ claims: { iat: now + 60, exp: now + 120 } })],
      ['an assertion valid only later', () => ({ claims: { nbf: now + 60 } })],
      ['an assertion that is over', () => ({ claims: { iat: now - 120, exp: now - 60 } })],
      ['an assertion that lives for a day', () => ({ claims: { exp: now + 86_400 } })],
      ['an assertion without an end', () => ({ claims: { exp: undefined } })],
      ['an assertion without an id', () => ({ claims: { jti: undefined } })],
      ['an assertion for the token endpoint', () => ({ claims: { aud: `${world.url}/token` } })],
      ['an assertion for several', () => ({ claims: { aud: [world.url, 'https://elsewhere.example'] } })],
      ['an assertion for somebody else', () => ({ claims: { aud: 'https://elsewhere.example' } })],
      ['an assertion of somebody else', () => ({ claims: { iss: 'member-app' } })],
      ['an assertion about somebody else', () => ({ claims: { sub: 'member-app' } })],
      ['an assertion of nobody', () => ({ claims: { iss: 'nobody', sub: 'nobody' } })],
      ['a signature of another key', () => ({ signedBy: async () => (await generateKeyPair('PS256')).privateKey })],
      [
        'another algorithm than registered',
        () => ({ header: { alg: 'ES256' }, signedBy: async () => (await dPoPKey).privateKey }),
      ],
      ['no assertion', () => ({ body: { client_assertion: '' } })],
      ['a malformed assertion', () => ({ body: { client_assertion: 'x.y.z' } })],
      ['a token for another audience', () => ({ body: { resource: 'urn:zhijia:dashboard' } })],
      ['another grant', () => ({ body: { grant_type: 'password' } })],
      ['no proof of a key', () => ({ proof: null })],
      ['a proof for another method', () => ({ proof: { htm: 'GET' } })],
      ['a proof for another address', () => ({ proof: { htu: 'https://elsewhere.example/token' } })],
      ['a proof of last week', () => ({ proof: { iat: now - 604_800 } })],
      ['a proof of next week', () => ({ proof: { iat: now + 604_800 } })],
      ['a proof without an id', () => ({ proof: { jti: undefined } })],
      ['a proof of another type', () => ({ proofHeader: { typ: 'JWT' } })],
      [
        'a proof with a private key in it',
        () => ({ proofHeader: { jwk: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'd' } } }),
      ],
    ];
    it.each(refusals)('refuses %s', async (_what, difference) => {
      const { send } = await ask(difference());
      const { status, body } = await send();
      expect({ status: Math.floor(status / 100), token: body['access_token'] }).toEqual({
        status: 4,
        token: undefined,
      });
      expect(body['error']).toMatch(
        /^(invalid_client|invalid_request|invalid_dpop_proof|invalid_target|unsupported_grant_type|invalid_grant)$/,
      );
    });
  });

  describe('asked wrongly by an application', () => {
    it.each([
      ['without PKCE', { code_challenge: '' }],
      ['with plain PKCE', { code_challenge_method: 'plain' }],
      ['to another address', { redirect_uri: 'https://elsewhere.example/callback' }],
      ['for another audience', { resource: 'urn:zhijia:bank' }],
      ['for a token in the address', { response_type: 'id_token' }],
    ])('refuses %s', async (_how, parameters) => {
      const { page } = await application.begin(parameters);
      expect(page.text).not.toContain('<form');
      // On a page of ours where there is no safe way back, and to the application otherwise, in query or fragment.
      const told = page.location === null ? page.text : page.location;
      expect(told).toMatch(/invalid_request|invalid_redirect_uri|invalid_target|unsupported_response_type/);
      expect(told).not.toMatch(/[?#&](code|id_token)=/);
    });
  });
});
