import { maskName, type BlindIndex } from '@zhijia/pii';
import { sharingPartnerConsent, type PolicyStore } from '@zhijia/policy';
import type { DataSource } from 'typeorm';
import type { ConsentChangesStore, ConsentPartner } from '../../consents/consent-changes.store.js';
import type { GiveConsent } from '../../consents/give-consent.js';
import type { RefuseConsent } from '../../consents/refuse-consent.js';
import type { PersonalFields } from '../../members/personal-fields.js';
import { planConsent, type ConsentOffer, type ConsentPolicy, type ConsentRequest } from '../../rules/plan-consent.js';
import type { AccountsStore } from '../accounts.store.js';

/** One page of the issuer: who is signed in, who asks, and what for. */
export interface ConsentQuestion {
  readonly interaction: string;
  readonly accountId: string;
  readonly partner: ConsentPartner;
  readonly request: ConsentRequest;
}

export type ConsentProblem = 'NOT_TICKED' | 'NOTICE_CHANGED';

/** What the page shows next, or what the partner is told. */
export type ConsentStep =
  | { kind: 'page'; offer: ConsentOffer; recipient: ConsentPartner; memberName: string; problem?: ConsentProblem }
  | { kind: 'given'; consentId: string; offer: ConsentOffer; validUntil: string }
  | { kind: 'refused' };

export interface ConsentAnswer {
  readonly decision: 'agree' | 'refuse';
  /** The tick of this consent alone. */
  readonly isTicked: boolean;
  /** Which notice the page had shown. */
  readonly notice: string;
}

/** What the page shows, as one word: where the rules changed meanwhile, the member reads it again. */
export function noticeOf(offer: ConsentOffer): string {
  return [offer.noticeVersion, offer.policyRegion ?? '-', offer.policyVersion].join(' ');
}

/**
 * Asks a member for a consent and takes the answer. Who refused this partner for this purpose lately, and who is no
 * member, is not asked: the partner hears the same as after a refusal.
 */
export class AskConsent {
  constructor(
    private readonly db: DataSource,
    private readonly accounts: AccountsStore,
    private readonly policies: PolicyStore,
    private readonly policyRegion: string,
    private readonly consents: ConsentChangesStore,
    private readonly give: GiveConsent,
    private readonly refuse: RefuseConsent,
    private readonly personal: PersonalFields,
    private readonly index: BlindIndex,
  ) {}

  policy(): Promise<ConsentPolicy> {
    return this.policies.inForce(this.db, this.policyRegion, sharingPartnerConsent);
  }

  async show(question: ConsentQuestion): Promise<ConsentStep> {
    const asked = await this.mayAsk(question);
    return asked === null ? { kind: 'refused' } : this.page(question, asked);
  }

  async answer(question: ConsentQuestion, answer: ConsentAnswer): Promise<ConsentStep> {
    const asked = await this.mayAsk(question);
    if (asked === null) return { kind: 'refused' };
    const { memberId, offer } = asked;
    if (answer.decision === 'refuse') {
      await this.refuse.run(memberId, question.partner, offer);
      return { kind: 'refused' };
    }
    if (answer.notice !== noticeOf(offer)) return this.page(question, asked, 'NOTICE_CHANGED');
    if (!answer.isTicked) return this.page(question, asked, 'NOT_TICKED');
    const hash = this.index.of({ table: 'consent', column: 'interaction_hash', kind: 'text' }, question.interaction);
    const given = await this.give.run(memberId, question.partner, offer, hash);
    return { kind: 'given', consentId: given.id, offer, validUntil: given.validUntil };
  }

  private async mayAsk(question: ConsentQuestion): Promise<{ memberId: string; offer: ConsentOffer } | null> {
    const account = await this.accounts.find(question.accountId);
    const plan = planConsent(question.request, await this.policy());
    if (account === null || account.memberId === null || plan.kind !== 'offered') return null;
    const { memberId } = account;
    const isRefused = await this.consents.isRefused(this.db, memberId, question.partner, plan.offer.purpose);
    return isRefused ? null : { memberId, offer: plan.offer };
  }

  private async page(
    { partner }: ConsentQuestion,
    { memberId, offer }: { memberId: string; offer: ConsentOffer },
    problem?: ConsentProblem,
  ): Promise<ConsentStep> {
    const sealed = await this.accounts.fullNameOf(memberId);
    const memberName = maskName(this.personal.openFullName(memberId, sealed));
    return { kind: 'page', offer, recipient: partner, memberName, ...(problem === undefined ? {} : { problem }) };
  }
}
