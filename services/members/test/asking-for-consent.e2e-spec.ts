import { execute, inTransaction, rows } from '@zhijia/database';
import { PolicyStore, sharingPartnerConsent } from '@zhijia/policy';
import { FormBrowser, formOf, type FormPage } from '@zhijia/testing';
import { decodeJwt, exportJWK, generateKeyPair } from 'jose';
import * as client from 'openid-client';
import { consentDetailsType } from '../src/identity/asking/consent-details.js';
import { aMemberLine, aPhone } from './builders.js';
import { openApplication, openIssuer, redirectUri, type IssuerWorld } from './issuer-world.js';

const cardDetails = { type: consentDetailsType, purpose: 'card-issuing', fields: ['MEMBERSHIP', 'MASKED_NAME'] };
const staff = { phone: aPhone(900), fullName: '司徒明' };

describe('a partner that asks a member for a consent', () => {
  let world: IssuerWorld;
  let bank: Awaited<ReturnType<typeof openBank>>;

  beforeAll(async () => {
    world = await openIssuer([1, 2, 3, 4, 5, 6, 7].map((order) => aMemberLine(order)));
    bank = await openBank('first-bank');
  });
  afterAll(() => world.close());

  async function openBank(clientId: string) {
    const { privateKey, publicKey } = await generateKeyPair('PS256', { extractable: true });
    const key = { ...(await exportJWK(publicKey)), kid: '1', alg: 'PS256' };
    const registered = await world.registerPartnerClient.run(
      {
        client_id: clientId,
        client_name: '第一银行（演示）',
        jwks: { keys: [key] },
        redirect_uris: [redirectUri],
        contacts: ['privacy@first-bank.example'],
      },
      'D1',
    );
    expect(registered.kind).toBe('registered');
    const config = await client.discovery(
      new URL(world.url),
      clientId,
      undefined,
      client.PrivateKeyJwt({ key: privateKey, kid: '1' }),
      { execute: [client.allowInsecureRequests] },
    );
    const proofs = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
    /** The pushed request; `details` as the partner writes them, null for none. */
    const ask = async (details: unknown = [cardDetails], more: Readonly<Record<string, string>> = {}) => {
      const verifier = client.randomPKCECodeVerifier();
      const parameters = {
        redirect_uri: redirectUri,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state: client.randomState(),
        ...(details === null ? {} : { authorization_details: JSON.stringify(details) }),
        ...more,
      };
      const url = await client.buildAuthorizationUrlWithPAR(config, parameters, { DPoP: proofs });
      return { url: url.href, verifier, state: parameters.state };
    };
    const finish = (location: string | null, { verifier, state }: { verifier: string; state: string }) =>
      client.authorizationCodeGrant(
        config,
        new URL(location ?? ''),
        { pkceCodeVerifier: verifier, expectedState: state },
        {},
        { DPoP: proofs },
      );
    return { config, proofs, ask, finish };
  }

  async function signIn(browser: FormBrowser, url: string, phone: string): Promise<FormPage> {
    await execute(world.db, `UPDATE code_sending SET sent_at = sent_at - interval '2 minutes'`);
    const first = await browser.get(url);
    const page = await browser.submit(formOf(first), { number: phone, language: 'zh' });
    return browser.submit(formOf(page), { code: await world.codeFor(phone) });
  }

  /** From the partner's question to the page that the member decides on. */
  async function askMember(order: number, details: unknown = [cardDetails]) {
    const asked = await bank.ask(details);
    const browser = new FormBrowser(world.url);
    return { ...asked, browser, page: await signIn(browser, asked.url, aPhone(order)) };
  }

  const noticeOn = (page: FormPage): string => /name="notice" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
  const agree = (page: FormPage) => ({ decision: 'agree', separately: 'yes', notice: noticeOn(page) });
  const consentsOf = (order: number) =>
    rows<{ id: string; fields: string[] }>(
      world.db,
      `SELECT consent.id, fields FROM consent JOIN member ON member.id = member_id WHERE phone_index = $1`,
      [world.personal.phoneIndex(aPhone(order))],
    );
  const denied = expect.stringContaining('error=access_denied');

  it('has them shown who reads what, why, how and how long, and gets the consent they give', async () => {
    const asked = await askMember(1);
    for (const told of [
      '欧阳**',
      '第一银行（演示）',
      'privacy@first-bank.example',
      '办理工会会员服务卡',
      '银行须确认申请人是本会会员',
      '会员身份和入会日期',
      '姓名（只显示姓）',
      '在线查询',
      '90 天',
      '撤回',
      '不影响您的会员资格',
      '2026-1',
    ]) {
      expect(asked.page.text).toContain(told);
    }
    expect(asked.page.text).not.toContain('隐去中间四位');
    expect(asked.page.headers.get('content-security-policy')).toContain("default-src 'none'");

    const done = await asked.browser.submit(formOf(asked.page), agree(asked.page));
    const tokens = await bank.finish(done.location, asked);
    const [consent] = await consentsOf(1);
    expect(consent?.fields).toEqual(cardDetails.fields);
    expect(tokens['authorization_details']).toEqual([
      {
        type: consentDetailsType,
        identifier: consent?.id,
        purpose: 'card-issuing',
        fields: cardDetails.fields,
        valid_until: expect.stringMatching(/Z$/),
      },
    ]);
    expect(tokens.refresh_token).toBeUndefined();
    expect(tokens.id_token).toBeUndefined();
    // The token is the server's: it says nothing of who the member is, and opens nothing of theirs.
    const claims = decodeJwt(tokens.access_token);
    expect(claims).toMatchObject({
      sub: 'first-bank',
      client_id: 'first-bank',
      roles: [{ role: 'bank-client' }],
      cnf: { jkt: expect.any(String) },
    });
    expect(claims).not.toHaveProperty('member_id');
  });

  it('gets nothing where the separate consent is not ticked, and the page says so', async () => {
    const asked = await askMember(2);
    const again = await asked.browser.submit(formOf(asked.page), { decision: 'agree', notice: noticeOn(asked.page) });
    expect(again.text).toContain('请先勾选');
    expect(again.text).not.toContain('checked');
    expect(await consentsOf(2)).toEqual([]);
    const done = await asked.browser.submit(formOf(again), agree(again));
    expect(done.location).toContain('code=');
  });

  it('is told of a refusal, and does not have the member asked again for this purpose', async () => {
    const asked = await askMember(3);
    const refused = await asked.browser.submit(formOf(asked.page), { decision: 'refuse' });
    expect(refused.location).toEqual(denied);
    const second = await askMember(3);
    expect(second.page.location).toEqual(denied);
    expect(await consentsOf(3)).toEqual([]);

    const other = await askMember(3, [{ type: consentDetailsType, purpose: 'loan-assessment' }]);
    expect(other.page.text).toContain('申请会员贷款');
  });

  it('gets one consent where the page is answered twice at once', async () => {
    const asked = await askMember(4);
    const answers = await Promise.allSettled(
      [1, 2, 3].map(() => asked.browser.submit(formOf(asked.page), agree(asked.page))),
    );
    expect(answers.some((answer) => answer.status === 'fulfilled' && answer.value.location?.includes('code='))).toBe(
      true,
    );
    expect(await consentsOf(4)).toHaveLength(1);
  });

  it('has the member read again what has changed while they read', async () => {
    const asked = await askMember(5);
    const changed = { ...sharingPartnerConsent.default, noticeVersion: '2026-2' };
    const [today] = await rows<{ date: string }>(world.db, `SELECT zhijia_today() AS date`);
    await inTransaction(world.db, (tx) =>
      new PolicyStore().announce(tx, sharingPartnerConsent, {
        region: 'CN',
        value: changed,
        effectiveFrom: today?.date ?? '',
        source: 'test',
      }),
    );
    const again = await asked.browser.submit(formOf(asked.page), agree(asked.page));
    expect(again.text).toContain('告知内容已更新');
    expect(again.text).toContain('2026-2');
    expect(await consentsOf(5)).toEqual([]);
    const done = await asked.browser.submit(formOf(again), agree(again));
    expect(done.location).toContain('code=');
    await execute(world.db, `DELETE FROM policy WHERE key = $1`, [sharingPartnerConsent.key]);
  });

  it('has an English reader asked in English', async () => {
    const asked = await askMember(6);
    const page = await asked.browser.get(`${formOf(asked.page).replace('/answer', '')}?language=en`);
    expect(page.text).toContain('<html lang="en">');
    expect(page.text).toContain('That you are a member, and since when');
    expect(page.text).toContain('Do not agree');
  });

  it('has a member who signed in a while ago sign in again, and who has just done so not', async () => {
    const asked = await askMember(6);
    const soon = await asked.browser.get((await bank.ask()).url);
    expect(formOf(soon)).toContain('/consent/');
    await execute(
      world.db,
      `UPDATE issuer_record SET payload = jsonb_set(payload, '{loginTs}', ((payload->>'loginTs')::bigint - 301)::text::jsonb)
       WHERE model = 'Session' AND payload ? 'loginTs'`,
    );
    const later = await asked.browser.get((await bank.ask()).url);
    expect(formOf(later)).toContain('/sign-in/');
  });

  it('gets nothing from a form that comes without the cookie of the page', async () => {
    const asked = await askMember(7);
    const stranger = await new FormBrowser(world.url).submit(formOf(asked.page), agree(asked.page));
    expect(stranger.status).toBe(400);
    expect(await consentsOf(7)).toEqual([]);
  });

  it('gets nothing from staff who are no members', async () => {
    await world.appointOfficer.run(staff, 'chair', 'C', 'test');
    const asked = await bank.ask();
    const page = await signIn(new FormBrowser(world.url), asked.url, staff.phone);
    expect(page.location).toEqual(denied);
  });

  it.each<[string, unknown]>([
    ['for a purpose that nobody knows', [{ ...cardDetails, purpose: 'advertising' }]],
    ['for more than the purpose needs', [{ ...cardDetails, fields: ['POINTS'] }]],
    ['for longer than the purpose allows', [{ ...cardDetails, days: 91 }]],
    ['for no day', [{ ...cardDetails, days: 0 }]],
    ['for no field', [{ ...cardDetails, fields: [] }]],
    ['for a field that nobody knows', [{ ...cardDetails, fields: ['ID_NUMBER'] }]],
    ['for two consents at once', [cardDetails, { ...cardDetails, purpose: 'loan-assessment' }]],
    ['with a word that nobody knows', [{ ...cardDetails, silently: true }]],
    ['under another type', [{ ...cardDetails, type: 'payment' }]],
    ['with no list', cardDetails],
  ])('is refused at once when it asks %s', async (_how, details) => {
    await expect(bank.ask(details)).rejects.toMatchObject({ error: 'invalid_authorization_details' });
  });

  it('is refused when it asks past the pushed request', async () => {
    const url = client.buildAuthorizationUrl(bank.config, {
      redirect_uri: redirectUri,
      code_challenge: await client.calculatePKCECodeChallenge(client.randomPKCECodeVerifier()),
      code_challenge_method: 'S256',
      authorization_details: JSON.stringify([cardDetails]),
    });
    const page = await new FormBrowser(world.url).get(url.href);
    expect(page.location ?? page.text).toContain('invalid_request');
  });

  it('comes for a consent, and signs nobody in', async () => {
    const asked = await bank.ask(null, { scope: 'graph' });
    const page = await signIn(new FormBrowser(world.url), asked.url, aPhone(7));
    expect(page.location).toContain('error=');
    expect(page.location).not.toContain('code=');
  });

  it('gives itself none by its own credentials', async () => {
    const own = client.clientCredentialsGrant(
      bank.config,
      { scope: 'graph', authorization_details: JSON.stringify([cardDetails]) },
      { DPoP: bank.proofs },
    );
    await expect(own).rejects.toMatchObject({ error: 'invalid_authorization_details' });
  });

  it('is a partner: an application of the federation asks for none', async () => {
    const application = await openApplication(world);
    const begun = await application.begin({ authorization_details: JSON.stringify([cardDetails]) });
    expect(begun.page.location).toContain('error=invalid_authorization_details');
  });
});
