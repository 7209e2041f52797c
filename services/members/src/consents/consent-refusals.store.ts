import { Injectable } from '@nestjs/common';
import { row, rows } from '@zhijia/database';
import { DataSource } from 'typeorm';

/** A member's no, as the member sees it. */
export interface ConsentRefusalRow {
  readonly id: string;
  readonly memberId: string;
  readonly recipientName: string;
  readonly purposeZh: string;
  readonly purposeEn: string;
  readonly refusedAt: string;
  readonly askAgainAt: string;
}

const columns = `id::text AS id, member_id AS "memberId", recipient_name AS "recipientName", purpose_zh AS "purposeZh",
  purpose_en AS "purposeEn", refused_at AS "refusedAt", ask_again_at AS "askAgainAt"`;

/** What members refused, while it keeps partners from having them asked. */
@Injectable()
export class ConsentRefusalsStore {
  constructor(private readonly db: DataSource) {}

  /** The newest first. */
  ofMember(memberId: string, first: number): Promise<ConsentRefusalRow[]> {
    return rows(
      this.db,
      `SELECT ${columns} FROM consent_refusal WHERE member_id = $1 AND ask_again_at > zhijia_now()
       ORDER BY consent_refusal.id DESC LIMIT $2`,
      [memberId, first],
    );
  }

  /** The row stays; its time is over. Null where there is none of this member that still holds. */
  lift(refusalId: string, memberId: string): Promise<ConsentRefusalRow | null> {
    return row(
      this.db,
      `WITH lifted AS (
         UPDATE consent_refusal SET ask_again_at = zhijia_now()
         WHERE id::text = $1 AND member_id = $2 AND ask_again_at > zhijia_now() RETURNING *)
       SELECT ${columns} FROM lifted`,
      [refusalId, memberId],
    );
  }
}
