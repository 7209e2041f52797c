import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { Viewer } from '@zhijia/access';
import { isUuid, RequestLoaders, ResolveReferences } from '@zhijia/subgraph';
import type { Campaign } from '../campaigns/campaign.row.js';
import { VisibleCampaignsLoader } from '../campaigns/visible-campaigns.loader.js';
import { VotersStore, type Participation } from './voters.store.js';

@Resolver('Participation')
export class ParticipationResolver {
  constructor(
    private readonly voters: VotersStore,
    private readonly visibleCampaigns: VisibleCampaignsLoader,
  ) {}

  @ResolveReferences('Participation')
  async participations(
    references: readonly { readonly id: string }[],
    viewer: Viewer,
  ): Promise<readonly (Participation | null)[]> {
    const ids = references.map((reference) => reference.id);
    const known = await this.voters.findParticipations(ids.filter(isUuid), viewer.memberId);
    const byId = new Map(known.flatMap((one) => (one === null ? [] : [[one.id, one] as const])));
    return ids.map((id) => byId.get(id) ?? null);
  }

  @ResolveField('campaign')
  campaign(
    @Parent() participation: Participation,
    @Context('loaders') loaders: RequestLoaders,
  ): Promise<Campaign | null> {
    return loaders.load(this.visibleCampaigns, participation.campaign.id);
  }
}
