import { ResolveField, Resolver } from '@nestjs/graphql';
import { ResolveReferences, type GraphContext } from '@zhijia/subgraph';
import { RewardPoolOfCampaignLoader } from './reward-pool-of-campaign.loader.js';
import type { RewardPoolRow } from './reward-pools.store.js';

@Resolver('Campaign')
export class CampaignResolver {
  constructor(private readonly pools: RewardPoolOfCampaignLoader) {}

  @ResolveReferences('Campaign')
  references(references: readonly { id: string }[]): { id: string }[] {
    return references.map(({ id }) => ({ id }));
  }

  @ResolveField('rewardPool')
  rewardPool(campaign: { id: string }, _args: unknown, { loaders }: GraphContext): Promise<RewardPoolRow | null> {
    return loaders.load(this.pools, campaign.id);
  }
}
