import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import type { BatchLoader } from '@zhijia/subgraph';
import { PointsAccountsStore, type PointsAccountRow } from './points-accounts.store.js';

@Injectable()
export class PointsAccountOfMemberLoader implements BatchLoader<string, PointsAccountRow> {
  constructor(private readonly accounts: PointsAccountsStore) {}

  loadAll(memberIds: readonly string[], viewer: Viewer): Promise<(PointsAccountRow | null)[]> {
    return this.accounts.ownByMembers(memberIds, viewer);
  }
}
