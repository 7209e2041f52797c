import { Injectable } from '@nestjs/common';
import { rows, type Queryable } from '@zhijia/database';
import type { EntityManager } from 'typeorm';
import type { RewardStatus, SettledReward } from '../rules/plan-settlement.js';

/** What taking part brought, as the graph shows it. */
export interface RewardRow {
  readonly participationId: string;
  readonly memberId: string;
  readonly status: RewardStatus;
  readonly points: number;
}

/** What taking part brought each member: one row a participation, written once. */
@Injectable()
export class RewardsStore {
  /** Which of these participations are settled. Exact under the lock of their pools. */
  async settled(tx: EntityManager, participationIds: readonly string[]): Promise<ReadonlySet<string>> {
    const found = await rows<{ id: string }>(
      tx,
      `SELECT participation_id AS id FROM reward WHERE participation_id = ANY($1::uuid[])`,
      [participationIds],
    );
    return new Set(found.map((reward) => reward.id));
  }

  /** @returns the participations that were new */
  async insert(tx: EntityManager, rewards: readonly SettledReward[]): Promise<ReadonlySet<string>> {
    const inserted = await rows<{ id: string }>(
      tx,
      // The clock is asked once, not for each row.
      `WITH moment AS MATERIALIZED (SELECT zhijia_now() AS now)
       INSERT INTO reward (participation_id, campaign_id, member_id, status, points, transfer_id, settled_at)
       SELECT asked.*, moment.now
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::bigint[], $6::uuid[]) AS asked, moment
       ON CONFLICT (participation_id) DO NOTHING
       RETURNING participation_id AS id`,
      [
        rewards.map((reward) => reward.participationId),
        rewards.map((reward) => reward.campaignId),
        rewards.map((reward) => reward.memberId),
        rewards.map((reward) => reward.status),
        rewards.map((reward) => reward.points),
        rewards.map((reward) => reward.transferId),
      ],
    );
    return new Set(inserted.map((reward) => reward.id));
  }

  async byParticipations(db: Queryable, participationIds: readonly string[]): Promise<ReadonlyMap<string, RewardRow>> {
    const found = await rows<RewardRow>(
      db,
      `SELECT participation_id AS "participationId", member_id AS "memberId", status, points
         FROM reward WHERE participation_id = ANY($1::uuid[])`,
      [participationIds],
    );
    return new Map(found.map((reward) => [reward.participationId, reward]));
  }
}
