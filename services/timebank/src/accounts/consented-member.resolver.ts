import { ResolveField, Resolver } from '@nestjs/graphql';
import type { Viewer } from '@zhijia/access';
import { ConsentGrants, ResolveReferences, type ConsentedMember } from '@zhijia/subgraph';
import { TimeAccountsStore } from './time-accounts.store.js';

@Resolver('ConsentedMember')
export class ConsentedMemberResolver {
  constructor(
    private readonly grants: ConsentGrants,
    private readonly accounts: TimeAccountsStore,
  ) {}

  @ResolveReferences('ConsentedMember')
  references(references: readonly { grant: string }[], viewer: Viewer): (ConsentedMember | null)[] {
    return this.grants.read(references, viewer);
  }

  @ResolveField('timeBalanceMinutes')
  timeBalanceMinutes({ memberId }: ConsentedMember): Promise<number | null> {
    return this.accounts.balanceMinutesOf(memberId);
  }
}
