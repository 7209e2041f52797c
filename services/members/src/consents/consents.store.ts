import { Injectable } from '@nestjs/common';
import type { ConsentField } from '@zhijia/contracts';
import { clockTable, rows, type Queryable } from '@zhijia/database';
import { DataSource } from 'typeorm';

export type ConsentState = 'LIVE' | 'EXPIRED' | 'WITHDRAWN' | 'REPLACED';

/** A consent as its member sees it. */
export interface ConsentRow {
  readonly id: string;
  readonly memberId: string;
  readonly recipientName: string;
  readonly recipientContact: string;
  readonly purposeZh: string;
  readonly purposeEn: string;
  readonly fields: readonly ConsentField[];
  readonly method: 'ONLINE_QUERY';
  readonly noticeVersion: string;
  readonly state: ConsentState;
  readonly givenAt: string;
  readonly validUntil: string;
  readonly withdrawnAt: string | null;
  readonly usesRemovedAt: string | null;
}

export interface ConsentKeyset {
  readonly givenAt: string;
  readonly id: string;
}

export interface ConsentUseRow {
  readonly id: string;
  readonly consentId: string;
  readonly usedAt: string;
  readonly fields: readonly ConsentField[];
}

const columns = `consent.id, member_id AS "memberId", recipient_name AS "recipientName",
  recipient_contact AS "recipientContact", purpose_zh AS "purposeZh", purpose_en AS "purposeEn", fields, method,
  notice_version AS "noticeVersion", given_at AS "givenAt", valid_until AS "validUntil", withdrawn_at AS "withdrawnAt",
  uses_removed_at AS "usesRemovedAt",
  CASE withdrawal_reason WHEN 'MEMBER' THEN 'WITHDRAWN' WHEN 'REPLACED' THEN 'REPLACED'
    ELSE CASE WHEN valid_until > clock.now THEN 'LIVE' ELSE 'EXPIRED' END END AS state`;

/** What members read of their own consents. */
@Injectable()
export class ConsentsStore {
  constructor(private readonly db: DataSource) {}

  /** The newest first, one more than asked for where there is a next page. */
  ofMember(memberId: string, after: ConsentKeyset | null, size: number): Promise<ConsentRow[]> {
    return rows(
      this.db,
      `SELECT ${columns} FROM consent, ${clockTable}
       WHERE member_id = $1 AND ($2::timestamptz IS NULL OR (given_at, consent.id) < ($2, $3::uuid))
       ORDER BY given_at DESC, consent.id DESC LIMIT $4`,
      [memberId, after?.givenAt ?? null, after?.id ?? null, size + 1],
    );
  }

  async find(consentId: string, memberId: string, db: Queryable = this.db): Promise<ConsentRow | null> {
    const [found] = await rows<ConsentRow>(
      db,
      `SELECT ${columns} FROM consent, ${clockTable} WHERE consent.id = $1 AND member_id = $2`,
      [consentId, memberId],
    );
    return found ?? null;
  }

  /** The newest uses of several consents, one more of each than asked for where there are more. */
  usesOf(consentIds: readonly string[], beforeId: string | null, size: number): Promise<ConsentUseRow[]> {
    return rows(
      this.db,
      `SELECT used.id, used.consent_id AS "consentId", used.used_at AS "usedAt", used.fields
       FROM unnest($1::uuid[]) AS asked (consent_id)
       CROSS JOIN LATERAL (
         SELECT * FROM consent_use
         WHERE consent_use.consent_id = asked.consent_id AND ($2::uuid IS NULL OR consent_use.id < $2)
         ORDER BY consent_use.id DESC LIMIT $3) AS used
       ORDER BY used.id DESC`,
      [consentIds, beforeId, size + 1],
    );
  }
}
