import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { RequestLoaders, ResolveReferences } from '@zhijia/subgraph';
import { RewardPoolOfCampaignLoader, type RewardPoolRow } from './reward-pool-of-campaign.loader.js';

@Resolver('Campaign')
export class CampaignResolver {
  constructor(private readonly pools: RewardPoolOfCampaignLoader) {}

  @ResolveReferences('Campaign')
  references(references: readonly { id: string }[]): { id: string }[] {
    return references.map(({ id }) => ({ id }));
  }

  @ResolveField('rewardPool')
  rewardPool(
    @Parent() campaign: { id: string },
    @Context('loaders') loaders: RequestLoaders,
  ): Promise<RewardPoolRow | null> {
    return loaders.load(this.pools, campaign.id);
  }
}
