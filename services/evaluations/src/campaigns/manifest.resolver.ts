import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { Campaign } from './campaign.row.js';
import { CampaignsStore } from './campaigns.store.js';

@Resolver('CampaignManifest')
export class ManifestResolver {
  constructor(private readonly campaigns: CampaignsStore) {}

  /** Loaded on demand: a city's manifest names thousands of organisations. */
  @ResolveField('jws')
  jws(@Parent() manifest: NonNullable<Campaign['manifest']>): Promise<string | null> {
    return this.campaigns.findManifest(manifest.campaignId);
  }
}
