import { Injectable } from '@nestjs/common';
import { type BatchLoader, isUuid } from '@zhijia/subgraph';
import type { Campaign } from '../campaigns/campaign.row.js';
import { CampaignsStore } from '../campaigns/campaigns.store.js';

const mostPerMember = 50;

@Injectable()
export class AwaitingCampaignsLoader implements BatchLoader<string, Campaign[]> {
  constructor(private readonly campaigns: CampaignsStore) {}

  /** Nobody reaches the list of another member, so there is one id. */
  loadAll(memberIds: readonly string[]): Promise<readonly (Campaign[] | null)[]> {
    return Promise.all(
      memberIds.map((id) => (isUuid(id) ? this.campaigns.listAwaiting(id, mostPerMember) : Promise.resolve(null))),
    );
  }
}
