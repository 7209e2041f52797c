import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { Viewer } from '@zhijia/access';
import { RequestLoaders, ResolveReferences } from '@zhijia/subgraph';
import { DataSource } from 'typeorm';
import { VisitOfTransferLoader } from './visit-of-transfer.loader.js';
import { VisitsStore, type VisitRow } from './visits.store.js';

interface MemberReference {
  readonly __typename: 'Member';
  readonly id: string;
}

@Resolver('Visit')
export class VisitResolver {
  constructor(
    private readonly db: DataSource,
    private readonly visits: VisitsStore,
  ) {}

  @ResolveReferences('Visit')
  references(references: readonly { id: string }[], viewer: Viewer): Promise<(VisitRow | null)[]> {
    return this.visits.visibleByIds(
      this.db,
      references.map((reference) => reference.id),
      viewer,
    );
  }

  @ResolveField('depositor')
  depositor(@Parent() visit: VisitRow): MemberReference {
    return { __typename: 'Member', id: visit.depositorMemberId };
  }

  @ResolveField('servedMember')
  servedMember(@Parent() visit: VisitRow): MemberReference | null {
    return visit.servedMemberId === null ? null : { __typename: 'Member', id: visit.servedMemberId };
  }
}

@Resolver('PassbookEntry')
export class PassbookEntryResolver {
  constructor(private readonly visits: VisitOfTransferLoader) {}

  @ResolveField('visit')
  visit(@Parent() entry: { id: string }, @Context('loaders') loaders: RequestLoaders): Promise<VisitRow | null> {
    return loaders.load(this.visits, entry.id);
  }
}
