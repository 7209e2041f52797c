import { createHash } from 'node:crypto';
import { developmentIssuer } from '../../deploy/local/src/secrets.mjs';
import { officeIdentity } from './identities.mjs';

/** The bank that may be played, as a member is shown it. */
const bank = {
  issuer: developmentIssuer,
  clientId: officeIdentity('bank-1', 'bank-client', '', 'bank').clientId,
  recipientName: '澜江银行（演示）',
  recipientContact: 'privacy@bank.example',
};

/**
 * Lets the bank read one member, by the use case behind the issuer's page: the page itself wants a browser.
 *
 * @param {string} memberId
 * @param {Record<string, string>} environment what the members service finds in its environment
 */
export async function giveConsent(memberId, environment) {
  const { createDataSource } = await import('@zhijia/database');
  const { Outbox } = await import('@zhijia/messaging');
  const { PolicyStore, sharingPartnerConsent } = await import('@zhijia/policy');
  const consents = '../../services/members/dist';
  const { ConsentChangesStore } = await import(`${consents}/consents/consent-changes.store.js`);
  const { GiveConsent } = await import(`${consents}/consents/give-consent.js`);
  const { planConsent } = await import(`${consents}/rules/plan-consent.js`);
  const db = createDataSource({
    url: environment.DATABASE_URL,
    applicationName: 'zhijia-demonstration',
    migrations: [],
    poolSize: 1,
  });
  await db.initialize();
  try {
    const policy = await new PolicyStore().inForce(db, environment.POLICY_REGION ?? 'CN', sharingPartnerConsent);
    const plan = planConsent(
      { purpose: 'loan-assessment', fields: ['MEMBERSHIP', 'MASKED_NAME', 'TIME_ACCOUNT'] },
      policy,
    );
    if (plan.kind !== 'offered') throw new Error(`The policy does not allow this consent: ${plan.kind}`);
    // Always the same page: a stage that is done again gives nothing twice.
    const page = createHash('sha256').update(`demonstration ${memberId}`).digest();
    await new GiveConsent(db, new ConsentChangesStore(), new Outbox()).run(memberId, bank, plan.offer, page);
  } finally {
    await db.destroy();
  }
}
