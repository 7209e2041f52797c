import { execute, row, rows } from '@zhijia/database';
import { FormBrowser, formOf, until } from '@zhijia/testing';
import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { agencyDetailsType } from '../src/identity/asking/agency-details.js';
import { aMemberLine, aPhone } from './builders.js';
import { openApplication, openIssuer, type IssuerWorld } from './issuer-world.js';

const officer = { phone: aPhone(900), fullName: '司徒明' };
const agency = { authorization_details: JSON.stringify([{ type: agencyDetailsType }]) };
const stranger = aPhone(555);

describe('an officer who acts for a member', () => {
  let world: IssuerWorld;
  let application: Awaited<ReturnType<typeof openApplication>>;
  let officerAccountId: string;

  beforeAll(async () => {
    world = await openIssuer([
      ...[1, 2, 3, 4].map((order) => aMemberLine(order, { memberNumber: `M-${order}` })),
      aMemberLine(5, { organisationCode: 'B3' }),
    ]);
    application = await openApplication(world);
    const appointed = await appoint(officer, 'D1');
    officerAccountId = appointed.kind === 'appointed' ? appointed.accountId : '';
  });
  afterAll(() => world.close());

  const appoint = (appointee: typeof officer | { memberNumber: string }, organisation: string) =>
    world.appointOfficer.run(appointee, 'chair', organisation, 'test');

  /** Through both codes: the agent's own, and the one that the member reads out. */
  async function actFor(memberPhone: string, agentPhone = officer.phone, browser = new FormBrowser(world.url)) {
    await execute(world.db, `DELETE FROM code_sending`);
    const begun = await application.begin(agency, browser);
    const asked = await browser.submit(formOf(begun.page), { number: agentPhone });
    const page = await browser.submit(formOf(asked), { code: await world.codeFor(agentPhone) });
    await execute(world.db, `DELETE FROM code_sending`);
    const sent = world.codes.sent.length;
    const code = await browser.submit(formOf(page), { number: memberPhone, language: 'zh' });
    return {
      ...begun,
      page,
      code,
      finish: async () => {
        await until(async () => world.codes.sent.length > sent, { what: 'a code for the member' });
        return browser.submit(formOf(code), { code: await world.codeFor(memberPhone) });
      },
    };
  }

  const memberId = async (order: number): Promise<string> =>
    (
      await row<{ id: string }>(world.db, `SELECT id FROM member WHERE phone_index = $1`, [
        world.personal.phoneIndex(aPhone(order)),
      ])
    )?.id ?? '';
  const agencies = () => rows<{ id: string }>(world.db, `SELECT id FROM agency`);

  it('is that member to the graph, and stays known as who they are', async () => {
    const acting = await actFor(aPhone(2));
    expect(acting.page.text).toContain('会员本人的手机号码');
    expect(acting.code.text).toContain('会员告知的验证码');
    const done = await acting.finish();
    expect(world.codes.sent.at(-1)).toMatchObject({ phone: aPhone(2), purpose: 'agency' });
    const tokens = await application.finish(done.location ?? '', acting);
    expect(decodeJwt(tokens.access_token)).toMatchObject({
      sub: officerAccountId,
      member_id: await memberId(2),
      acting_for: await memberId(2),
      roles: [{ role: 'member', organisationId: await world.organisationId('B1') }],
    });
    const kept = await row<{ agent: string; member: string; minutes: number }>(
      world.db,
      `SELECT agent_account_id AS agent, member_id AS member,
         (extract(epoch FROM ends_at - begun_at) / 60)::integer AS minutes FROM agency`,
    );
    expect(kept).toEqual({ agent: officerAccountId, member: await memberId(2), minutes: 30 });
    const renewed = await client.refreshTokenGrant(application.config, tokens.refresh_token ?? '');
    expect(decodeJwt(renewed.access_token)).toMatchObject({ acting_for: await memberId(2) });
    for (const { access_token: token } of [tokens, renewed]) {
      const { iat = 0, exp = 0 } = decodeJwt(token);
      expect(exp - iat).toBe(60);
    }
  });

  it('is themselves again at the next sign-in of the same browser', async () => {
    const acting = await actFor(aPhone(2));
    await acting.finish();
    const own = await application.begin({}, acting.browser);
    const tokens = await application.finish(own.page.location ?? '', own);
    const claims = decodeJwt(tokens.access_token);
    expect(claims).toMatchObject({ sub: officerAccountId, roles: [{ role: 'chair' }] });
    expect(claims).not.toHaveProperty('acting_for');
    expect(claims).not.toHaveProperty('member_id');
  });

  it.each([
    [
      'a token would outlive the time',
      `UPDATE agency SET begun_at = begun_at - interval '1770 seconds', ends_at = ends_at - interval '1770 seconds'`,
    ],
    [
      'the member moves out of reach',
      `UPDATE member SET organisation_id = (SELECT id FROM organisation WHERE code = 'B3') WHERE member_number = 'M-3'`,
    ],
    ['the office ends', `UPDATE office SET ended_at = now(), ended_by = 'test'`],
  ])('is nobody for them as soon as %s', async (_what, change) => {
    const acting = await actFor(aPhone(3));
    const done = await acting.finish();
    const tokens = await application.finish(done.location ?? '', acting);
    await execute(world.db, change);
    await expect(client.refreshTokenGrant(application.config, tokens.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    await execute(
      world.db,
      `UPDATE member SET organisation_id = (SELECT id FROM organisation WHERE code = 'B1') WHERE member_number = 'M-3'`,
    );
    await execute(world.db, `UPDATE office SET ended_at = NULL, ended_by = NULL`);
  });

  it('acts for nobody whom their office does not reach, for nobody without an office, and not for themselves', async () => {
    await appoint({ memberNumber: 'M-4' }, 'D1');
    const before = (await agencies()).length;
    for (const [member, agent] of [
      [aPhone(5), officer.phone],
      [aPhone(2), aPhone(1)],
      [aPhone(4), aPhone(4)],
    ] as const) {
      const acting = await actFor(member, agent);
      expect((await acting.finish()).location).toContain('error=access_denied');
    }
    expect(await agencies()).toHaveLength(before);
  });

  it('learns from the page of a number that reaches nobody no more than from one that does', async () => {
    const withoutIds = (text: string) => text.replaceAll(/\/agency\/[\w-]+/g, '');
    const nobody = await actFor(stranger);
    const somebody = await actFor(aPhone(5));
    expect(withoutIds(nobody.code.text)).toBe(withoutIds(somebody.code.text));
    const answered = await nobody.browser.submit(formOf(nobody.code), { code: '000000' });
    expect(answered.text).toContain('验证码不正确');
  });

  it.each([
    ['more than one type', [{ type: agencyDetailsType }, { type: agencyDetailsType }]],
    ['a member of their own choice', [{ type: agencyDetailsType, identifier: 'somebody' }]],
  ])('cannot ask for %s', async (_what, details) => {
    const begun = await application.begin({ authorization_details: JSON.stringify(details) });
    expect(begun.page.location).toContain('error=invalid_authorization_details');
  });
});
