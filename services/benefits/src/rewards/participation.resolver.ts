import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { RequestLoaders, ResolveReferences } from '@zhijia/subgraph';
import { RewardOfParticipationLoader, type Reward } from './reward-of-participation.loader.js';

@Resolver('Participation')
export class ParticipationResolver {
  constructor(private readonly rewards: RewardOfParticipationLoader) {}

  @ResolveReferences('Participation')
  references(references: readonly { id: string }[]): { id: string }[] {
    return references.map(({ id }) => ({ id }));
  }

  @ResolveField('reward')
  reward(@Parent() participation: { id: string }, @Context('loaders') loaders: RequestLoaders): Promise<Reward | null> {
    return loaders.load(this.rewards, participation.id);
  }
}
