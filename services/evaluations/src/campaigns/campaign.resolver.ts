import { Args, Context, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Viewer } from '@zhijia/access';
import {
  type Connection,
  connectionOf,
  isUuid,
  type PageArguments,
  pageSize,
  readCursor,
  RequestLoaders,
  ResolveReferences,
} from '@zhijia/subgraph';
import type { Campaign } from './campaign.row.js';
import { CampaignsStore, type CampaignTarget } from './campaigns.store.js';
import { ServiceKey } from './service-key.js';
import { TargetsLoader } from './targets.loader.js';
import { VisibleCampaignsLoader } from './visible-campaigns.loader.js';

@Resolver('Campaign')
export class CampaignResolver {
  constructor(
    private readonly campaigns: CampaignsStore,
    private readonly visibleCampaigns: VisibleCampaignsLoader,
    private readonly targetsLoader: TargetsLoader,
    private readonly serviceKey: ServiceKey,
  ) {}

  @Query('campaign')
  campaign(@Args('id') id: string, @Context('loaders') loaders: RequestLoaders): Promise<Campaign | null> {
    return loaders.load(this.visibleCampaigns, id);
  }

  @Query('campaigns')
  async list(
    @Args() args: PageArguments & { readonly states?: readonly string[] | null },
    @Context('viewer') viewer: Viewer,
  ): Promise<Connection<Campaign>> {
    const size = pageSize(args, { usual: 20, most: 100 });
    const found = await this.campaigns.listVisible(viewer, {
      before: readCursor(args, isKeyset),
      limit: size + 1,
      states: args.states ?? null,
    });
    return connectionOf(found, size, args, (campaign) => campaign.id);
  }

  @Query('ballotServiceKeys')
  ballotServiceKeys(): string {
    return JSON.stringify(this.serviceKey.publicKeys);
  }

  @ResolveReferences('Campaign')
  references(references: readonly { readonly id: string }[], viewer: Viewer): Promise<readonly (Campaign | null)[]> {
    return this.campaigns.findVisible(
      references.map((reference) => reference.id),
      viewer,
    );
  }

  @ResolveField('targets')
  async targets(
    @Parent() campaign: Campaign,
    @Context('loaders') loaders: RequestLoaders,
  ): Promise<readonly CampaignTarget[]> {
    return (await loaders.load(this.targetsLoader, campaign.id)) ?? [];
  }
}

function isKeyset(value: unknown): value is string {
  return typeof value === 'string' && isUuid(value);
}
