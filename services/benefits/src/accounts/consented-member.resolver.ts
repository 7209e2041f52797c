import { ResolveField, Resolver } from '@nestjs/graphql';
import type { Viewer } from '@zhijia/access';
import { ConsentGrants, ResolveReferences, type ConsentedMember } from '@zhijia/subgraph';
import { PointsAccountsStore } from './points-accounts.store.js';

@Resolver('ConsentedMember')
export class ConsentedMemberResolver {
  constructor(
    private readonly grants: ConsentGrants,
    private readonly accounts: PointsAccountsStore,
  ) {}

  @ResolveReferences('ConsentedMember')
  references(references: readonly { grant: string }[], viewer: Viewer): (ConsentedMember | null)[] {
    return this.grants.read(references, viewer);
  }

  @ResolveField('pointsBalance')
  pointsBalance({ memberId }: ConsentedMember): Promise<number | null> {
    return this.accounts.balancePointsOf(memberId);
  }
}
