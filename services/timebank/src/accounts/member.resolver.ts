import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { RequestLoaders, ResolveReferences } from '@zhijia/subgraph';
import { TimeAccountOfMemberLoader } from './time-account-of-member.loader.js';
import type { TimeAccountRow } from './time-accounts.store.js';

@Resolver('Member')
export class MemberResolver {
  constructor(private readonly accounts: TimeAccountOfMemberLoader) {}

  @ResolveReferences('Member')
  references(references: readonly { id: string }[]): { id: string }[] {
    return references.map(({ id }) => ({ id }));
  }

  @ResolveField('timeAccount')
  timeAccount(
    @Parent() member: { id: string },
    @Context('loaders') loaders: RequestLoaders,
  ): Promise<TimeAccountRow | null> {
    return loaders.load(this.accounts, member.id);
  }
}
