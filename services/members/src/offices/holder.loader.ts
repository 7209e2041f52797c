import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import type { BatchLoader } from '@zhijia/subgraph';
import { MembersStore, type MemberRow } from '../members/members.store.js';

/** Member id to the member who holds an office, as far as the viewer reaches them. */
@Injectable()
export class HolderLoader implements BatchLoader<string, MemberRow> {
  constructor(private readonly members: MembersStore) {}

  loadAll(ids: readonly string[], viewer: Viewer): Promise<(MemberRow | null)[]> {
    return this.members.byIds(ids, viewer);
  }
}
