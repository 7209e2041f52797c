import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { CampaignsStore } from '../campaigns/campaigns.store.js';
import { manifestPathOf } from '../campaigns/manifest.controller.js';

export interface BallotPaper {
  readonly campaignId: string;
  readonly slot: string;
  readonly manifestHash: string;
  readonly manifestUrl: string;
  readonly fingerprint: string;
}

@Resolver('BallotPaper')
export class BallotPaperResolver {
  constructor(private readonly campaigns: CampaignsStore) {}

  /** Loaded only when it is asked for: of a city it is a megabyte, and the slot beside it is what voters come for. */
  @ResolveField('manifest')
  manifest(@Parent() paper: BallotPaper): Promise<string | null> {
    return this.campaigns.findManifest(paper.campaignId);
  }
}

export function ballotPaperOf(
  campaignId: string,
  slot: string,
  manifestHash: string,
  fingerprint: string,
): BallotPaper {
  return { campaignId, slot, manifestHash, manifestUrl: manifestPathOf(manifestHash), fingerprint };
}
