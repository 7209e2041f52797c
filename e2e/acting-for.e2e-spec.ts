import { randomUUID } from 'node:crypto';
import { FormBrowser, formOf, until } from '@zhijia/testing';
import { decodeJwt } from 'jose';
import * as openid from 'openid-client';
import { aCampaign, cast, castBallot, inDays, open, seal, untilState } from './support/campaign.js';
import { countyMembers, importCounty, phoneOf, runTool, type County } from './support/county.js';
import { codeFor } from './support/one-time-codes.js';
import { post } from './support/post.js';
import { openProduct, type Product } from './support/product.js';
import { tellSteps } from './support/tell-steps.js';

const redirectUri = 'http://127.0.0.1:1/callback';
const actingFor = JSON.stringify([{ type: 'urn:zhijia:acting-for' }]);
const officerPhone = phoneOf(9_900);
const pointsPerMember = 200;
const tokenLivesSeconds = 60;

/** An officer at a counter helps a member who has no telephone to do it with. Steps build on each other. */
describe('an officer acts for a member', () => {
  let product: Product;
  let county: County;
  let browser: FormBrowser;
  let config: openid.Configuration;
  let tokens: openid.TokenEndpointResponse;
  let campaignId = '';

  const step = tellSteps();
  const helped = () => county.member(0);

  beforeAll(async () => {
    product = await openProduct({ issuer: true });
    county = await importCounty(product, countyMembers(8));
    browser = new FormBrowser(product.stack.issuer);
    config = await openid.discovery(new URL(product.stack.issuer), 'counter', undefined, openid.None(), {
      execute: [openid.allowInsecureRequests],
    });
  }, 120_000);
  afterAll(() => product?.stop(), 60_000);

  /** What the application at the counter opens, and what it does when the browser is back. */
  async function ask() {
    const pkceCodeVerifier = openid.randomPKCECodeVerifier();
    const expectedState = openid.randomState();
    const url = openid.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'openid graph',
      code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: expectedState,
      authorization_details: actingFor,
    });
    return {
      page: await browser.get(url.href),
      finish: (location: string | null) =>
        openid.authorizationCodeGrant(config, new URL(location ?? ''), { pkceCodeVerifier, expectedState }),
    };
  }

  /** One operation with the token from the counter. */
  /** With a token of this moment, as an application holds one: a step may come a minute after the one before it. */
  async function act(query: string, input?: object, audience: 'mobile' | 'dashboard' = 'mobile') {
    tokens = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '');
    const { json } = await post(product.stack.gateway[audience], JSON.stringify({ query, variables: { input } }), {
      authorization: `Bearer ${tokens.access_token}`,
    });
    return json;
  }

  step('opens with the code that the member reads out, and is that member to the graph', async () => {
    const appointee = JSON.stringify({ fullName: '司徒明', phone: officerPhone });
    const environment = product.stack.environmentOf('members');
    expect(
      await runTool('identity', ['appoint', '--role', 'chair', '--organisation', 'D1'], environment, appointee),
    ).toMatchObject({ code: 0 });

    const asked = await ask();
    const ownCode = await browser.submit(formOf(asked.page), { number: officerPhone });
    const number = await browser.submit(formOf(ownCode), { code: await codeFor(product, officerPhone) });
    expect(number.text).toContain('会员本人的手机号码');
    const code = await browser.submit(formOf(number), { number: phoneOf(0) });
    expect(code.text).toContain('会员告知的验证码');
    const back = await browser.submit(formOf(code), { code: await codeFor(product, phoneOf(0)) });
    tokens = await asked.finish(back.location);

    expect((await act('{ me { id memberNumber } }')).data.me).toEqual({
      id: helped().memberId,
      memberNumber: 'M0000',
    });
    // The office itself does not come along.
    expect((await act('{ __typename }', undefined, 'dashboard')).errors[0].extensions.code).toBe(
      'TOKEN_WRONG_AUDIENCE',
    );
  });

  step('casts no ballot for the member, who casts that same ballot themselves', async () => {
    const reward = { poolPoints: pointsPerMember, pointsPerMember };
    campaignId = await open(product, county.cityOfficer, aCampaign(county, 'helped', { reward }));
    await untilState(product, county.cityOfficer, campaignId, 'OPEN');
    const { envelope } = await seal(product, helped(), campaignId, [1, 2, 5]);
    const input = { campaignId, envelope, idempotencyKey: 'the-ballot' };
    expect((await act(castBallot, input)).data.castBallot).toMatchObject({
      __typename: 'AgentMayNotCast',
      code: 'AGENT_MAY_NOT_CAST',
    });
    expect(await cast(product, helped(), input)).toMatchObject({ __typename: 'BallotCast', replacedHash: null });
  });

  step('takes no consent back and signs nobody out, which the member may', async () => {
    const consentId = randomUUID();
    const refused = [
      [
        `mutation ($input: WithdrawConsentInput!) { done: withdrawConsent(input: $input) { __typename } }`,
        { consentId },
      ],
      [`mutation { done: endAllSessions { __typename } }`, undefined],
    ] as const;
    for (const [query, input] of refused) {
      const { data, errors } = await act(query, input);
      expect(data?.done ?? null).toBeNull();
      expect(errors[0].extensions.code).toBe('ACCESS_DENIED');
    }
    const own = [];
    for (const [query, input] of refused) own.push((await product.read(helped(), query, { input })).done.__typename);
    expect(own).toEqual(['ConsentNotFound', 'AllSessionsEnded']);
  });

  step('spends the points of the member, and is written down as who did it', async () => {
    await until(
      async () =>
        (await product.read(helped(), '{ me { pointsAccount { balancePoints } } }')).me.pointsAccount.balancePoints ===
        pointsPerMember,
      { what: 'the reward of the member', withinMs: 30_000 },
    );
    const { createOffer } = await product.read(
      county.cityOfficer,
      `mutation ($input: CreateOfferInput!) { createOffer(input: $input) { ... on OfferCreated { offer { id } } } }`,
      {
        input: {
          idempotencyKey: 'offer',
          organisationId: county.organisation('C'),
          merchantNameZh: '某书店',
          titleZh: '书券',
          pricePoints: 150,
          stock: 1,
          endsAt: inDays(30),
        },
      },
    );
    const { data } = await act(
      `mutation ($input: RedeemOfferInput!) {
        redeemOffer(input: $input) { ... on OfferRedeemed { redemption { id } account { balancePoints } } }
      }`,
      { offerId: createOffer.offer.id, idempotencyKey: 'redeem' },
    );
    expect(data.redeemOffer).toEqual({ redemption: { id: expect.any(String) }, account: { balancePoints: 50 } });
    expect(await product.rows('benefits', 'SELECT id, member_id, acted_by FROM redemption')).toEqual([
      {
        id: data.redeemOffer.redemption.id,
        member_id: helped().memberId,
        acted_by: decodeJwt(tokens.access_token).sub,
      },
    ]);
  });

  step('is seen by the member, and by no other', async () => {
    const agencies = '{ me { agencies { officeNameZh begunAt endsAt } } }';
    const { me } = await product.read(helped(), agencies);
    expect(me.agencies).toEqual([
      { officeNameZh: '一区总工会', begunAt: expect.any(String), endsAt: expect.any(String) },
    ]);
    const [{ begunAt, endsAt }] = me.agencies;
    expect(Date.parse(endsAt) - Date.parse(begunAt)).toBe(30 * 60_000);
    expect((await product.read(county.member(1), agencies)).me.agencies).toEqual([]);
  });

  step('is over with the office: no token is renewed, and nobody else is acted for', async () => {
    const { iat = 0, exp = 0 } = decodeJwt(tokens.access_token);
    expect(exp - iat).toBe(tokenLivesSeconds);

    const { offices } = await product.read(
      county.administrator,
      `query ($id: ID!) { offices(organisationId: $id) { id role } }`,
      { id: county.organisation('D1') },
    );
    const { dismissOfficer } = await product.read(
      county.administrator,
      `mutation ($input: DismissOfficerInput!) { dismissOfficer(input: $input) { __typename } }`,
      { input: { officeId: offices.find(({ role }: { role: string }) => role === 'CHAIR').id } },
    );
    expect(dismissOfficer.__typename).toBe('OfficerDismissed');

    await expect(openid.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    const asked = await ask();
    const code = await browser.submit(formOf(asked.page), { number: phoneOf(4) });
    const back = await browser.submit(formOf(code), { code: await codeFor(product, phoneOf(4)) });
    expect(new URL(back.location ?? '').searchParams.get('error')).toBe('access_denied');
  });
});
