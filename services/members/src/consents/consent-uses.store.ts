import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import type { ConsentField } from '@zhijia/contracts';
import { clockTable, row } from '@zhijia/database';
import { DataSource } from 'typeorm';
import type { VerificationLevel } from '../rules/plan-member-import.js';
import type { MemberStatus } from '../rules/read-member-line.js';

/** A member as a live consent shows them, with what is sealed still sealed. */
export interface ConsentedMemberRow {
  readonly consentId: string;
  readonly purpose: string;
  readonly validUntil: string;
  readonly coveredFields: readonly ConsentField[];
  readonly memberId: string;
  readonly status: MemberStatus;
  readonly joinedOn: string;
  readonly verification: VerificationLevel;
  readonly fullNameSealed: Buffer;
  readonly phoneSealed: Buffer;
  readonly organisationNameZh: string;
  readonly organisationUnifiedCode: string | null;
}

/** What partners read under consents. */
@Injectable()
export class ConsentUsesStore {
  constructor(private readonly db: DataSource) {}

  /**
   * Reads under a consent and writes that it was read, in one statement: there is no answer without its line in the
   * ledger, and none to a question that came after a withdrawal was answered. It locks nothing that a withdrawal
   * waits for, so no partner can hold one up by asking.
   */
  use(consentId: string, viewer: Viewer): Promise<ConsentedMemberRow | null> {
    return row(
      this.db,
      `WITH live AS (
         SELECT consent.id, consent.member_id, consent.purpose, consent.fields, consent.valid_until, clock.now
         FROM consent, ${clockTable}
         WHERE consent.id = $1 AND consent.issuer = $2 AND consent.client_id = $3
           AND consent.withdrawn_at IS NULL AND consent.valid_until > clock.now),
       used AS (
         INSERT INTO consent_use (consent_id, fields, used_at) SELECT id, fields, now FROM live RETURNING consent_id)
       SELECT live.id AS "consentId", live.purpose, live.valid_until AS "validUntil", live.fields AS "coveredFields",
         member.id AS "memberId", member.status, member.joined_on AS "joinedOn", member.verification,
         member.full_name_sealed AS "fullNameSealed", member.phone_sealed AS "phoneSealed",
         organisation.name_zh AS "organisationNameZh", organisation.unified_code AS "organisationUnifiedCode"
       FROM live JOIN used ON used.consent_id = live.id
       JOIN member ON member.id = live.member_id JOIN organisation ON organisation.id = member.organisation_id`,
      [consentId, viewer.issuer, viewer.client],
    );
  }
}
