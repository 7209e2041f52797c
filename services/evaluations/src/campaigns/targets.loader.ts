import { Injectable } from '@nestjs/common';
import type { BatchLoader } from '@zhijia/subgraph';
import { CampaignsStore, type CampaignTarget } from './campaigns.store.js';

@Injectable()
export class TargetsLoader implements BatchLoader<string, CampaignTarget[]> {
  constructor(private readonly campaigns: CampaignsStore) {}

  loadAll(campaignIds: readonly string[]): Promise<readonly CampaignTarget[][]> {
    return this.campaigns.listTargets(campaignIds);
  }
}
