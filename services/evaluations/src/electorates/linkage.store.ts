import { Injectable } from '@nestjs/common';
import { execute, row, rows } from '@zhijia/database';
import { DataSource } from 'typeorm';
import { partitionsOf } from './electorates.store.js';

/** The end of what links members to ballots. */
@Injectable()
export class LinkageStore {
  constructor(private readonly db: DataSource) {}

  /** Campaigns that ended and whose partitions still stand, and whether their key is known to be gone. */
  async listFinished(): Promise<{ id: string; isKeyGone: boolean }[]> {
    return rows(
      this.db,
      `SELECT c.id, EXISTS (SELECT 1 FROM campaign_key AS k WHERE k.campaign_id = c.id AND k.destroyed_at IS NOT NULL)
                AS "isKeyGone"
         FROM campaign AS c
        WHERE c.linkage_dropped_at IS NULL AND c.state NOT IN ('PREPARING', 'OPEN', 'CLOSING') ORDER BY c.id`,
    );
  }

  /** Drops slots and ballots of a campaign without making the ballots of others wait. Safe to repeat. */
  async drop(campaignId: string): Promise<void> {
    const { slots, ballots } = partitionsOf(campaignId);
    await this.dropPartition('ballot', ballots);
    await this.dropPartition('electorate_slot', slots);
    await execute(this.db, `UPDATE campaign SET linkage_dropped_at = zhijia_now() WHERE id = $1`, [campaignId]);
  }

  private async dropPartition(parent: string, partition: string): Promise<void> {
    const attached = await row<{ isPending: boolean }>(
      this.db,
      `SELECT inhdetachpending AS "isPending" FROM pg_inherits WHERE inhrelid = to_regclass($1)`,
      [partition],
    );
    // A plain DETACH or DROP locks the parent against everybody; an interrupted concurrent one is finished here.
    if (attached !== null) {
      const how = attached.isPending ? 'FINALIZE' : 'CONCURRENTLY';
      await execute(this.db, `ALTER TABLE ${parent} DETACH PARTITION ${partition} ${how}`);
    }
    await execute(this.db, `DROP TABLE IF EXISTS ${partition}`);
  }
}
