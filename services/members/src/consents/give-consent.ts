import { Injectable } from '@nestjs/common';
import { consentGiven, consentWithdrawn } from '@zhijia/contracts';
import { inTransaction } from '@zhijia/database';
import { Outbox } from '@zhijia/messaging';
import { DataSource } from 'typeorm';
import type { ConsentOffer } from '../rules/plan-consent.js';
import { ConsentChangesStore, type ConsentPartner, type WrittenConsent } from './consent-changes.store.js';

/** A member's yes to what the page showed. The same page answered twice gives one consent. */
@Injectable()
export class GiveConsent {
  constructor(
    private readonly db: DataSource,
    private readonly consents: ConsentChangesStore,
    private readonly outbox: Outbox,
  ) {}

  run(
    memberId: string,
    partner: ConsentPartner,
    offer: ConsentOffer,
    interactionHash: Buffer,
  ): Promise<WrittenConsent> {
    return inTransaction(this.db, async (tx) => {
      await this.consents.holdMember(tx, memberId);
      const known = await this.consents.findByInteraction(tx, interactionHash);
      if (known !== null) return known;
      const replaced = await this.consents.replace(tx, memberId, partner, offer.purpose);
      if (replaced !== null) {
        const { id: consentId, clientId, purpose, withdrawnAt } = replaced;
        await this.outbox.add(tx, consentWithdrawn, consentId, {
          consentId,
          memberId,
          clientId,
          purpose,
          reason: 'REPLACED',
          withdrawnAt,
        });
      }
      const given = await this.consents.insert(tx, { memberId, partner, offer, interactionHash });
      await this.outbox.add(tx, consentGiven, given.id, {
        consentId: given.id,
        memberId,
        clientId: partner.clientId,
        purpose: offer.purpose,
        fields: [...given.fields],
        noticeVersion: offer.noticeVersion,
        givenAt: given.givenAt,
        validUntil: given.validUntil,
      });
      return given;
    });
  }
}
