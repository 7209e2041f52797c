import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import type { BatchLoader } from '@zhijia/subgraph';
import type { Campaign } from './campaign.row.js';
import { CampaignsStore } from './campaigns.store.js';

@Injectable()
export class VisibleCampaignsLoader implements BatchLoader<string, Campaign> {
  constructor(private readonly campaigns: CampaignsStore) {}

  loadAll(campaignIds: readonly string[], viewer: Viewer): Promise<readonly (Campaign | null)[]> {
    return this.campaigns.findVisible(campaignIds, viewer);
  }
}
