import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import { type BatchLoader, isUuid } from '@zhijia/subgraph';
import { VotersStore, type Voter } from './voters.store.js';

/** The viewer before each campaign of a request. */
@Injectable()
export class VoterLoader implements BatchLoader<string, Voter> {
  constructor(private readonly voters: VotersStore) {}

  async loadAll(campaignIds: readonly string[], viewer: Viewer): Promise<readonly (Voter | null)[]> {
    if (viewer.memberId === null || !isUuid(viewer.memberId)) return campaignIds.map(() => null);
    return this.voters.listVoters(campaignIds, viewer.memberId);
  }
}
