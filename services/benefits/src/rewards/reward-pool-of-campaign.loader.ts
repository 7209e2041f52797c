import { Injectable } from '@nestjs/common';
import { LedgerStore } from '@zhijia/ledger';
import type { BatchLoader } from '@zhijia/subgraph';
import { DataSource } from 'typeorm';
import { RewardPoolsStore, type PoolTerms } from './reward-pools.store.js';

/** A campaign's pool, as the graph shows it. */
export interface RewardPoolRow extends PoolTerms {
  readonly remainingPoints: number;
}

/** What a campaign promises is told to everybody. */
@Injectable()
export class RewardPoolOfCampaignLoader implements BatchLoader<string, RewardPoolRow> {
  constructor(
    private readonly db: DataSource,
    private readonly pools: RewardPoolsStore,
    private readonly ledger: LedgerStore,
  ) {}

  async loadAll(campaignIds: readonly string[]): Promise<(RewardPoolRow | null)[]> {
    const pools = await this.pools.byCampaigns(this.db, campaignIds);
    const accounts = await this.ledger.balance(
      this.db,
      pools.map((pool) => pool.accountId),
    );
    const byCampaign = new Map(
      pools.map((pool, index) => [pool.campaignId, { ...pool, remainingPoints: accounts[index]?.balanceUnits ?? 0 }]),
    );
    return campaignIds.map((id) => byCampaign.get(id) ?? null);
  }
}
