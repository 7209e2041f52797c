import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { RequestLoaders, ResolveReferences } from '@zhijia/subgraph';
import type { Campaign } from '../campaigns/campaign.row.js';
import { AwaitingCampaignsLoader } from './awaiting-campaigns.loader.js';

/** What evaluations adds to a member of members. */
@Resolver('Member')
export class MemberResolver {
  constructor(private readonly awaiting: AwaitingCampaignsLoader) {}

  @ResolveReferences('Member')
  members(references: readonly { readonly id: string }[]): readonly { readonly id: string }[] {
    return references.map(({ id }) => ({ id }));
  }

  @ResolveField('awaitingCampaigns')
  async awaitingCampaigns(
    @Parent() member: { readonly id: string },
    @Context('loaders') loaders: RequestLoaders,
  ): Promise<readonly Campaign[]> {
    return (await loaders.load(this.awaiting, member.id)) ?? [];
  }
}
