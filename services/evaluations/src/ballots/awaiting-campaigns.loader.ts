import { Injectable } from '@nestjs/common';
import { type BatchLoader, isUuid } from '@zhijia/subgraph';
import { type AwaitingCampaign, CampaignsStore } from '../campaigns/campaigns.store.js';

@Injectable()
export class AwaitingCampaignsLoader implements BatchLoader<string, AwaitingCampaign[]> {
  constructor(private readonly campaigns: CampaignsStore) {}

  /** Nobody reaches the list of another member, so there is one id. */
  loadAll(memberIds: readonly string[]): Promise<readonly (AwaitingCampaign[] | null)[]> {
    return Promise.all(memberIds.map((id) => (isUuid(id) ? this.campaigns.listAwaiting(id) : Promise.resolve(null))));
  }
}
