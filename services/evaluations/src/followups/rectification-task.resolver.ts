import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { RequestLoaders, ResolveReferences } from '@zhijia/subgraph';
import { followUpOf, type FollowUp } from '../rules/follow-up.js';
import { FollowUpLoader } from './follow-up.loader.js';

/** What evaluations adds to a rectification of members. */
@Resolver('RectificationTask')
export class RectificationTaskResolver {
  constructor(private readonly followUpLoader: FollowUpLoader) {}

  @ResolveReferences('RectificationTask')
  tasks(references: readonly { readonly id: string }[]): readonly { readonly id: string }[] {
    return references.map(({ id }) => ({ id }));
  }

  @ResolveField('followUp')
  async followUp(
    @Parent() task: { readonly id: string },
    @Context('loaders') loaders: RequestLoaders,
  ): Promise<FollowUp | null> {
    const found = await loaders.load(this.followUpLoader, task.id);
    return found === null ? null : followUpOf(found);
  }
}
