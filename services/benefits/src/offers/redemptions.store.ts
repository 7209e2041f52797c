import { Injectable } from '@nestjs/common';
import { row, rows, type Queryable } from '@zhijia/database';
import type { EntityManager } from 'typeorm';

/** A redemption, as its member sees it. */
export interface RedemptionRow {
  readonly id: string;
  readonly offerId: string;
  readonly memberId: string;
  readonly points: number;
  readonly code: string;
  readonly redeemedAt: string;
}

export interface NewRedemption {
  readonly id: string;
  readonly offerId: string;
  readonly memberId: string;
  readonly points: number;
  readonly code: string;
  readonly transferId: string;
  /** The account of the officer who did it for the member; null where nobody did. */
  readonly actedBy: string | null;
}

const redemptionColumns = `id, offer_id AS "offerId", member_id AS "memberId", points, code,
  redeemed_at AS "redeemedAt"`;

/** What members paid with points. */
@Injectable()
export class RedemptionsStore {
  /** Exact while the offer is locked. */
  async countOf(tx: EntityManager, offerId: string, memberId: string): Promise<number> {
    const found = await row<{ count: number }>(
      tx,
      `SELECT count(*) AS count FROM redemption WHERE offer_id = $1 AND member_id = $2`,
      [offerId, memberId],
    );
    return found?.count ?? 0;
  }

  /** @returns when, by the database's time */
  async insert(tx: EntityManager, redemption: NewRedemption): Promise<string> {
    const inserted = await row<{ redeemedAt: string }>(
      tx,
      `INSERT INTO redemption (id, offer_id, member_id, points, code, transfer_id, acted_by)
       VALUES ($1, $2, $3, $4, $5, $6, $7)
       RETURNING redeemed_at AS "redeemedAt"`,
      [
        redemption.id,
        redemption.offerId,
        redemption.memberId,
        redemption.points,
        redemption.code,
        redemption.transferId,
        redemption.actedBy,
      ],
    );
    if (inserted === null) throw new Error('An inserted redemption was not answered');
    return inserted.redeemedAt;
  }

  /** In the order of the ids; null where unknown or another's. */
  async ownByIds(
    db: Queryable,
    redemptionIds: readonly string[],
    memberId: string | null,
  ): Promise<(RedemptionRow | null)[]> {
    const found = await rows<RedemptionRow>(
      db,
      `SELECT ${redemptionColumns} FROM redemption WHERE id = ANY($1::uuid[]) AND member_id = $2::uuid`,
      [redemptionIds, memberId],
    );
    const byId = new Map(found.map((redemption) => [redemption.id, redemption]));
    return redemptionIds.map((id) => byId.get(id) ?? null);
  }

  /** The newest first. */
  listOf(
    db: Queryable,
    memberId: string,
    page: { readonly first: number; readonly beforeId: string | null },
  ): Promise<RedemptionRow[]> {
    return rows(
      db,
      `SELECT ${redemptionColumns} FROM redemption
        WHERE member_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
      [memberId, page.beforeId, page.first],
    );
  }
}
