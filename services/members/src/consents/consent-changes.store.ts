import { Injectable } from '@nestjs/common';
import type { ConsentField } from '@zhijia/contracts';
import { execute, row, type Queryable } from '@zhijia/database';
import type { ConsentOffer } from '../rules/plan-consent.js';

/** Who asks for a consent, and through which page of the issuer. */
export interface ConsentPartner {
  readonly issuer: string;
  readonly clientId: string;
  readonly recipientName: string;
  readonly recipientContact: string;
}

export interface WrittenConsent {
  readonly id: string;
  readonly fields: readonly ConsentField[];
  readonly givenAt: string;
  readonly validUntil: string;
}

export interface EndedConsent {
  readonly id: string;
  readonly memberId: string;
  readonly clientId: string;
  readonly purpose: string;
  readonly withdrawnAt: string;
}

const ended = `RETURNING id, member_id AS "memberId", client_id AS "clientId", purpose, withdrawn_at AS "withdrawnAt"`;
const written = `id, fields, given_at AS "givenAt", valid_until AS "validUntil"`;

/** What gives, refuses and ends consents, inside the transaction of a use case. */
@Injectable()
export class ConsentChangesStore {
  /** One answer of a member at a time: two pages open at once become one consent after the other. */
  async holdMember(tx: Queryable, memberId: string): Promise<void> {
    await execute(tx, `SELECT FROM member WHERE id = $1 FOR NO KEY UPDATE`, [memberId]);
  }

  findByInteraction(tx: Queryable, interactionHash: Buffer): Promise<WrittenConsent | null> {
    return row(tx, `SELECT ${written} FROM consent WHERE interaction_hash = $1`, [interactionHash]);
  }

  /** A purpose of a partner has one consent of a member: a new one ends the one before, lapsed or not. */
  replace(tx: Queryable, memberId: string, partner: ConsentPartner, purpose: string): Promise<EndedConsent | null> {
    return row(
      tx,
      `WITH before AS (
         UPDATE consent SET withdrawn_at = zhijia_now(), withdrawal_reason = 'REPLACED'
         WHERE member_id = $1 AND issuer = $2 AND client_id = $3 AND purpose = $4 AND withdrawn_at IS NULL ${ended})
       SELECT * FROM before`,
      [memberId, partner.issuer, partner.clientId, purpose],
    );
  }

  async insert(
    tx: Queryable,
    consent: { memberId: string; partner: ConsentPartner; offer: ConsentOffer; interactionHash: Buffer },
  ): Promise<WrittenConsent> {
    const { memberId, partner, offer, interactionHash } = consent;
    const inserted = await row<WrittenConsent>(
      tx,
      `INSERT INTO consent (member_id, issuer, client_id, recipient_name, recipient_contact, purpose, purpose_zh,
         purpose_en, fields, notice_version, policy_region, policy_version, interaction_hash, given_at, valid_until)
       SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, now, now + make_interval(days => $14)
       FROM (SELECT zhijia_now() AS now) AS clock
       RETURNING ${written}`,
      [
        memberId,
        partner.issuer,
        partner.clientId,
        partner.recipientName,
        partner.recipientContact,
        offer.purpose,
        offer.purposeZh,
        offer.purposeEn,
        offer.fields,
        offer.noticeVersion,
        offer.policyRegion,
        offer.policyVersion,
        interactionHash,
        offer.days,
      ],
    );
    if (inserted === null) throw new Error('A consent that is written is there');
    return inserted;
  }

  /** Ends the member's own consent; null where there is none to end. */
  withdraw(tx: Queryable, consentId: string, memberId: string): Promise<EndedConsent | null> {
    return row(
      tx,
      `WITH withdrawn AS (
         UPDATE consent SET withdrawn_at = zhijia_now(), withdrawal_reason = 'MEMBER'
         WHERE id = $1 AND member_id = $2 AND withdrawn_at IS NULL ${ended})
       SELECT * FROM withdrawn`,
      [consentId, memberId],
    );
  }

  async insertRefusal(tx: Queryable, memberId: string, partner: ConsentPartner, offer: ConsentOffer): Promise<void> {
    await execute(
      tx,
      `INSERT INTO consent_refusal (member_id, issuer, client_id, recipient_name, purpose, purpose_zh, purpose_en,
         notice_version, refused_at, ask_again_at)
       SELECT $1, $2, $3, $4, $5, $6, $7, $8, now, now + make_interval(days => $9)
       FROM (SELECT zhijia_now() AS now) AS clock`,
      [
        memberId,
        partner.issuer,
        partner.clientId,
        partner.recipientName,
        offer.purpose,
        offer.purposeZh,
        offer.purposeEn,
        offer.noticeVersion,
        offer.askAgainAfterDays,
      ],
    );
  }

  /** The member said no to this partner and purpose, and is not to be asked yet. */
  async isRefused(
    db: Queryable,
    memberId: string,
    partner: Pick<ConsentPartner, 'issuer' | 'clientId'>,
    purpose: string,
  ): Promise<boolean> {
    const found = await row(
      db,
      `SELECT FROM consent_refusal WHERE member_id = $1 AND issuer = $2 AND client_id = $3 AND purpose = $4
         AND ask_again_at > zhijia_now() LIMIT 1`,
      [memberId, partner.issuer, partner.clientId, purpose],
    );
    return found !== null;
  }
}
