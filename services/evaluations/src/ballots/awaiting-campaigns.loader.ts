import { Injectable } from '@nestjs/common';
import type { BatchLoader } from '@zhijia/subgraph';
import type { Campaign } from '../campaigns/campaign.row.js';
import { CampaignsStore } from '../campaigns/campaigns.store.js';

const mostPerMember = 50;

@Injectable()
export class AwaitingCampaignsLoader implements BatchLoader<string, Campaign[]> {
  constructor(private readonly campaigns: CampaignsStore) {}

  loadAll(memberIds: readonly string[]): Promise<readonly Campaign[][]> {
    return this.campaigns.listAwaiting(memberIds, mostPerMember);
  }
}
