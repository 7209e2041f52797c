import { ResolveField, Resolver } from '@nestjs/graphql';
import { ResolveReferences, type GraphContext } from '@zhijia/subgraph';
import { PointsAccountOfMemberLoader } from './points-account-of-member.loader.js';
import type { PointsAccountRow } from './points-accounts.store.js';

@Resolver('Member')
export class MemberResolver {
  constructor(private readonly accounts: PointsAccountOfMemberLoader) {}

  @ResolveReferences('Member')
  references(references: readonly { id: string }[]): { id: string }[] {
    return references.map(({ id }) => ({ id }));
  }

  @ResolveField('pointsAccount')
  pointsAccount(member: { id: string }, _args: unknown, { loaders }: GraphContext): Promise<PointsAccountRow | null> {
    return loaders.load(this.accounts, member.id);
  }
}
