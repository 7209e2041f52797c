import { ResolveField, Resolver } from '@nestjs/graphql';
import { ResolveReferences, type GraphContext } from '@zhijia/subgraph';
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
  timeAccount(member: { id: string }, _args: unknown, { loaders }: GraphContext): Promise<TimeAccountRow | null> {
    return loaders.load(this.accounts, member.id);
  }
}
