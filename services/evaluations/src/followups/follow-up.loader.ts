import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import { type BatchLoader, isUuid } from '@zhijia/subgraph';
import { FollowUpsStore, type FollowUpRow } from './followups.store.js';

@Injectable()
export class FollowUpLoader implements BatchLoader<string, FollowUpRow> {
  constructor(private readonly followUps: FollowUpsStore) {}

  loadAll(rectificationIds: readonly string[], viewer: Viewer): Promise<readonly (FollowUpRow | null)[]> {
    const { memberId } = viewer;
    return this.followUps.findFollowUps(rectificationIds, memberId !== null && isUuid(memberId) ? memberId : null);
  }
}
