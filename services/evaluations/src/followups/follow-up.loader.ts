import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import { type BatchLoader, isUuid } from '@zhijia/subgraph';
import type { FollowUpFacts } from '../rules/follow-up.js';
import { FollowUpsStore } from './followups.store.js';

@Injectable()
export class FollowUpLoader implements BatchLoader<string, FollowUpFacts> {
  constructor(private readonly followUps: FollowUpsStore) {}

  loadAll(rectificationIds: readonly string[], viewer: Viewer): Promise<readonly (FollowUpFacts | null)[]> {
    const { memberId } = viewer;
    return this.followUps.findFollowUps(rectificationIds, memberId !== null && isUuid(memberId) ? memberId : null);
  }
}
