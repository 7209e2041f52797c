import { Injectable } from '@nestjs/common';
import type { BatchLoader } from '@zhijia/subgraph';
import { DataSource } from 'typeorm';
import { RewardPoolsStore, type RewardPoolRow } from './reward-pools.store.js';

/** What a campaign promises is told to everybody. */
@Injectable()
export class RewardPoolOfCampaignLoader implements BatchLoader<string, RewardPoolRow> {
  constructor(
    private readonly db: DataSource,
    private readonly pools: RewardPoolsStore,
  ) {}

  async loadAll(campaignIds: readonly string[]): Promise<(RewardPoolRow | null)[]> {
    const pools = await this.pools.byCampaigns(this.db, campaignIds);
    const byCampaign = new Map(pools.map((pool) => [pool.campaignId, pool]));
    return campaignIds.map((id) => byCampaign.get(id) ?? null);
  }
}
