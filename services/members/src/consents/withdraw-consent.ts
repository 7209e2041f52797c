import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import { consentWithdrawn } from '@zhijia/contracts';
import { inTransaction } from '@zhijia/database';
import { Outbox } from '@zhijia/messaging';
import { isUuid } from '@zhijia/subgraph';
import { DataSource } from 'typeorm';
import { ConsentChangesStore } from './consent-changes.store.js';
import { ConsentsStore, type ConsentRow } from './consents.store.js';

export type WithdrawConsentOutcome = { kind: 'withdrawn'; consent: ConsentRow } | { kind: 'notFound' };

/** The member takes a consent back: whoever asks after the answer reads nothing. */
@Injectable()
export class WithdrawConsent {
  constructor(
    private readonly db: DataSource,
    private readonly changes: ConsentChangesStore,
    private readonly consents: ConsentsStore,
    private readonly outbox: Outbox,
  ) {}

  run(viewer: Viewer, consentId: string): Promise<WithdrawConsentOutcome> {
    const { memberId } = viewer;
    if (memberId === null || !isUuid(consentId)) return Promise.resolve({ kind: 'notFound' });
    return inTransaction(this.db, async (tx): Promise<WithdrawConsentOutcome> => {
      const ended = await this.changes.withdraw(tx, consentId, memberId);
      if (ended !== null) {
        const { clientId, purpose, withdrawnAt } = ended;
        await this.outbox.add(tx, consentWithdrawn, ended.id, {
          consentId: ended.id,
          memberId,
          clientId,
          purpose,
          reason: 'MEMBER',
          withdrawnAt,
        });
      }
      const consent = await this.consents.find(consentId, memberId, tx);
      return consent === null ? { kind: 'notFound' } : { kind: 'withdrawn', consent };
    });
  }
}
