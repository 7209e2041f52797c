import { createServer } from 'node:http';
import { mkdtempSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasBrowser, openBrowser } from '@zhijia/testing/browser';
import { exportJWK, exportPKCS8, generateKeyPair } from 'jose';
import { countyMembers, importCounty, phoneOf, runTool, type County } from './support/county.js';
import { openGuide, type Guide } from './support/guide.js';
import { codeFor } from './support/one-time-codes.js';
import { openProduct, type Product } from './support/product.js';

interface Question {
  page: string;
  verifier: string;
  state: string;
}

interface Consent {
  identifier: string;
  purpose: string;
  fields: string[];
}

interface ConsentedMemberAnswer {
  data: { consentedMember: Record<string, unknown> | null };
  errors?: unknown;
}

/** A bank's server, made of what the guide says and nothing else. */
interface Bank {
  question(): Promise<Question>;
  consent(question: Question, returnedTo: string): Promise<Consent>;
  read(consentId: string): Promise<Record<string, unknown> | null>;
}

(hasBrowser ? describe : describe.skip)('a member lets a bank read, and takes it back', () => {
  let guide: Guide;
  let product: Product;
  let county: County;
  let returned = '';
  const bankAddress = createServer((request, response) => {
    if (request.url?.startsWith('/callback') === true) {
      returned = new URL(request.url, redirectUri()).href;
    }
    response.end('Back at the bank');
  });
  const redirectUri = (): string => `http://127.0.0.1:${(bankAddress.address() as AddressInfo).port}/callback`;

  beforeAll(async () => {
    await new Promise<void>((resolve) => bankAddress.listen(0, '127.0.0.1', resolve));
    guide = openGuide('partners/README.md');
    const members = countyMembers(4);
    product = await openProduct({ issuer: true });
    county = await importCounty(product, members);
  }, 120_000);
  afterAll(async () => {
    guide.close();
    await product.stop();
    await new Promise((resolve) => bankAddress.close(resolve));
  });

  async function openBank(clientId: string, name: string): Promise<Bank> {
    const { privateKey, publicKey } = await generateKeyPair('PS256', { extractable: true });
    const folder = mkdtempSync(join(tmpdir(), 'zhijia-bank-'));
    const keyFile = join(folder, 'bank.key');
    writeFileSync(keyFile, await exportPKCS8(privateKey));
    const file = join(folder, 'registration.json');
    const registration = {
      client_id: clientId,
      client_name: name,
      jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: '2026-1', alg: 'PS256' }] },
      redirect_uris: [redirectUri()],
      contacts: [`privacy@${clientId}.example`],
    };
    writeFileSync(file, JSON.stringify(registration));
    const environment = product.stack.environmentOf('members');
    expect(await runTool('identity', ['register', file, '--organisation', 'C'], environment)).toMatchObject({
      code: 0,
    });
    const { issuer, gateway } = product.stack;
    const call = guide.load('consent.js', {
      ISSUER: issuer,
      GATEWAY: gateway.bank,
      CLIENT_ID: clientId,
      KEY_FILE: keyFile,
    });
    return {
      question: () => call('askForConsent', redirectUri()),
      consent: (question, returnedTo) => call('takeConsent', returnedTo, question),
      read: async (consentId) => {
        const { data, errors } = await call<ConsentedMemberAnswer>('readConsented', consentId);
        expect(errors).toBeUndefined();
        return data.consentedMember;
      },
    };
  }

  it('from the question in the browser to the line in the ledger and the withdrawal', async () => {
    const bank = await openBank('first-bank', '第一银行（演示）');
    const otherBank = await openBank('second-bank', '第二银行（演示）');
    const question = await bank.question();
    const browser = await openBrowser({ locale: 'zh-CN' });
    try {
      const page = await browser.context.newPage();
      await page.goto(question.page);
      await page.getByLabel('手机号码').fill(phoneOf(0));
      await page.keyboard.press('Enter');
      await page.getByLabel('短信验证码').fill(await codeFor(product, phoneOf(0)));
      await page.keyboard.press('Enter');

      await page.getByRole('heading', { name: '是否同意提供个人信息' }).waitFor();
      for (const told of ['第一银行（演示）', 'privacy@first-bank.example', '申请会员贷款', '30 天', '时间账户余额']) {
        await page.getByText(told).first().waitFor();
      }
      // To refuse is as easy to see and to press as to agree.
      const [agree, refuse] = await Promise.all(
        ['同意', '不同意'].map((name) => page.getByRole('button', { name, exact: true }).boundingBox()),
      );
      expect(refuse?.height).toBe(agree?.height);
      expect(refuse?.width).toBe(agree?.width);
      expect(agree?.height).toBeGreaterThanOrEqual(44);

      const tick = page.getByRole('checkbox', { name: /单独同意/ });
      expect(await tick.isChecked()).toBe(false);
      await page.getByRole('button', { name: '同意', exact: true }).click();
      await page.getByRole('alert').waitFor();
      await tick.check();
      await page.getByRole('button', { name: '同意', exact: true }).click();
      await page.getByText('Back at the bank').waitFor();
    } finally {
      await browser.close();
    }

    const consent = await bank.consent(question, returned);
    expect(consent).toMatchObject({
      purpose: 'loan-assessment',
      fields: ['MEMBERSHIP', 'MASKED_NAME', 'TIME_ACCOUNT'],
    });
    expect(await bank.read(consent.identifier)).toEqual({
      purpose: 'loan-assessment',
      validUntil: expect.any(String),
      coveredFields: ['MEMBERSHIP', 'MASKED_NAME', 'TIME_ACCOUNT'],
      status: 'ACTIVE',
      joinedOn: '2020-01-31',
      maskedName: '测**',
      timeBalanceMinutes: 0,
    });
    expect(await otherBank.read(consent.identifier)).toBeNull();

    const member = county.member(0);
    const mine = `{ me { consents { edges { node { id state recipientName uses { edges { node { fields } } } } } } } }`;
    const { me } = await product.read(member, mine);
    expect(me.consents.edges).toEqual([
      {
        node: {
          id: consent.identifier,
          state: 'LIVE',
          recipientName: '第一银行（演示）',
          uses: { edges: [{ node: { fields: ['MEMBERSHIP', 'MASKED_NAME', 'TIME_ACCOUNT'] } }] },
        },
      },
    ]);

    const withdraw = `mutation ($input: WithdrawConsentInput!) { withdrawConsent(input: $input) { __typename } }`;
    const input = { consentId: consent.identifier };
    expect((await product.read(county.member(1), withdraw, { input })).withdrawConsent.__typename).toBe(
      'ConsentNotFound',
    );
    expect(await bank.read(consent.identifier)).not.toBeNull();
    expect((await product.read(member, withdraw, { input })).withdrawConsent.__typename).toBe('ConsentWithdrawn');
    expect(await bank.read(consent.identifier)).toBeNull();
  }, 120_000);
});
