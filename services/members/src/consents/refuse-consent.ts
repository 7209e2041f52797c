import { inTransaction } from '@zhijia/database';
import type { DataSource } from 'typeorm';
import type { ConsentOffer } from '../rules/plan-consent.js';
import type { ConsentChangesStore, ConsentPartner } from './consent-changes.store.js';

/** A member's no. It is kept, so that this partner's next request is answered without asking the member again. */
export class RefuseConsent {
  constructor(
    private readonly db: DataSource,
    private readonly consents: ConsentChangesStore,
  ) {}

  /** Safe to run twice: until it may be asked again, a refusal is one. */
  run(memberId: string, partner: ConsentPartner, offer: ConsentOffer): Promise<void> {
    return inTransaction(this.db, async (tx) => {
      await this.consents.holdMember(tx, memberId);
      if (await this.consents.isRefused(tx, memberId, partner, offer.purpose)) return;
      await this.consents.insertRefusal(tx, memberId, partner, offer);
    });
  }
}
