import { Injectable } from '@nestjs/common';
import { execute, lookUp, rows, type Queryable } from '@zhijia/database';
import type { EntityManager } from 'typeorm';
import type { PoolState } from '../rules/plan-settlement.js';

/** What a pool promised and what became of it. */
export interface RewardPoolRow {
  readonly campaignId: string;
  readonly accountId: string;
  readonly promisedPointsPerMember: number;
  readonly poolPoints: number;
  readonly returnedPoints: number;
  readonly isEmpty: boolean;
  readonly isClosed: boolean;
  readonly remainingPoints: number;
}

export interface NewPool {
  readonly campaignId: string;
  readonly accountId: string;
  readonly pointsPerMember: number;
  readonly poolPoints: number;
}

/** The pools that pay for taking part. */
@Injectable()
export class RewardPoolsStore {
  async insert(tx: EntityManager, pools: readonly NewPool[]): Promise<void> {
    await execute(
      tx,
      `INSERT INTO reward_pool (campaign_id, account_id, points_per_member, pool_points)
       SELECT "campaignId", "accountId", "pointsPerMember", "poolPoints"
         FROM jsonb_to_recordset($1::jsonb) AS pool (
           "campaignId" uuid, "accountId" uuid, "pointsPerMember" bigint, "poolPoints" bigint)
        ORDER BY "campaignId"
       ON CONFLICT (campaign_id) DO NOTHING`,
      [JSON.stringify(pools)],
    );
  }

  /** Which of these campaigns have a pool. */
  async known(db: Queryable, campaignIds: readonly string[]): Promise<ReadonlySet<string>> {
    const found = await rows<{ campaignId: string }>(
      db,
      `SELECT campaign_id AS "campaignId" FROM reward_pool WHERE campaign_id = ANY($1::uuid[])`,
      [campaignIds],
    );
    return new Set(found.map((pool) => pool.campaignId));
  }

  /** Locks pools until the transaction ends: before the ledger's accounts, in one order for everybody. */
  lock(tx: EntityManager, campaignIds: readonly string[]): Promise<PoolState[]> {
    return rows<PoolState>(
      tx,
      `SELECT campaign_id AS "campaignId", account_id AS "accountId", points_per_member AS "pointsPerMember",
              emptied_at IS NOT NULL AS "isEmptied", closed_at IS NOT NULL AS "isClosed",
              returned_points AS "returnedPoints"
         FROM reward_pool WHERE campaign_id = ANY($1::uuid[]) ORDER BY campaign_id FOR NO KEY UPDATE`,
      [campaignIds],
    );
  }

  /** @returns when, by the database's time */
  async markEmptied(
    tx: EntityManager,
    campaignIds: readonly string[],
  ): Promise<{ campaignId: string; emptiedAt: string }[]> {
    if (campaignIds.length === 0) return [];
    return rows(
      tx,
      `UPDATE reward_pool SET emptied_at = zhijia_now() WHERE campaign_id = ANY($1::uuid[]) AND emptied_at IS NULL
       RETURNING campaign_id AS "campaignId", emptied_at AS "emptiedAt"`,
      [campaignIds],
    );
  }

  async markClosed(tx: EntityManager, campaignId: string, returnedPoints: number): Promise<void> {
    await execute(
      tx,
      `UPDATE reward_pool SET closed_at = coalesce(closed_at, zhijia_now()), returned_points = returned_points + $2
        WHERE campaign_id = $1`,
      [campaignId, returnedPoints],
    );
  }

  async countDrawnBack(tx: EntityManager, campaignId: string, points: number): Promise<void> {
    await execute(tx, `UPDATE reward_pool SET returned_points = returned_points - $2 WHERE campaign_id = $1`, [
      campaignId,
      points,
    ]);
  }

  /** The pools as the graph shows them; their balances stand in the ledger. */
  async byCampaigns(db: Queryable, campaignIds: readonly string[]): Promise<RewardPoolRow[]> {
    return lookUp(
      db,
      `SELECT campaign_id AS "campaignId", account_id AS "accountId", points_per_member AS "promisedPointsPerMember",
              pool_points AS "poolPoints", returned_points AS "returnedPoints", emptied_at IS NOT NULL AS "isEmpty",
              closed_at IS NOT NULL AS "isClosed", account.balance_units AS "remainingPoints"
         FROM reward_pool JOIN ledger_account account ON account.id = account_id WHERE campaign_id = ANY($1::uuid[])`,
      [campaignIds],
    );
  }
}
