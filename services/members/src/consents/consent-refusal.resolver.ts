import { Args, Context, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Viewer } from '@zhijia/access';
import { refusal, type RefusalOf } from '@zhijia/subgraph';
import type * as Graph from '../graphql.types.js';
import { ConsentRefusalsStore, type ConsentRefusalRow } from './consent-refusals.store.js';

const mostShown = 100;

@Resolver('Member')
export class ConsentRefusalResolver {
  constructor(private readonly refusals: ConsentRefusalsStore) {}

  @ResolveField('consentRefusals')
  refusalsOf(@Parent() member: { id: string }): Promise<ConsentRefusalRow[]> {
    return this.refusals.ofMember(member.id, mostShown);
  }

  @Mutation('liftConsentRefusal')
  async lift(
    @Args('input') input: Graph.LiftConsentRefusalInput,
    @Context('viewer') viewer: Viewer,
  ): Promise<{ __typename: 'ConsentRefusalLifted'; refusal: ConsentRefusalRow } | RefusalOf<'ConsentRefusalNotFound'>> {
    const lifted = viewer.memberId === null ? null : await this.refusals.lift(input.refusalId, viewer.memberId);
    if (lifted !== null) return { __typename: 'ConsentRefusalLifted', refusal: lifted };
    return refusal('ConsentRefusalNotFound', '没有这项仍然有效的拒绝。', 'There is no such refusal that still holds.');
  }
}
