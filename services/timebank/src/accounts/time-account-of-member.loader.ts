import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import type { BatchLoader } from '@zhijia/subgraph';
import { TimeAccountsStore, type TimeAccountRow } from './time-accounts.store.js';

@Injectable()
export class TimeAccountOfMemberLoader implements BatchLoader<string, TimeAccountRow> {
  constructor(private readonly accounts: TimeAccountsStore) {}

  loadAll(memberIds: readonly string[], viewer: Viewer): Promise<(TimeAccountRow | null)[]> {
    return this.accounts.visibleByMembers(memberIds, viewer);
  }
}
