import { ResolveField, Resolver } from '@nestjs/graphql';
import { type GraphContext, ResolveReferences } from '@zhijia/subgraph';
import type { Campaign } from '../campaigns/campaign.row.js';
import { AwaitingCampaignsLoader } from './awaiting-campaigns.loader.js';
import { VoterLoader } from './voter.loader.js';
import { voterOfAwaiting } from './voters.store.js';

/** What evaluations adds to a member of members. */
@Resolver('Member')
export class MemberResolver {
  constructor(
    private readonly awaiting: AwaitingCampaignsLoader,
    private readonly voters: VoterLoader,
  ) {}

  @ResolveReferences('Member')
  members(references: readonly { readonly id: string }[]): readonly { readonly id: string }[] {
    return references.map(({ id }) => ({ id }));
  }

  @ResolveField('awaitingCampaigns')
  async awaitingCampaigns(
    member: { readonly id: string },
    _args: unknown,
    { loaders, viewer }: GraphContext,
  ): Promise<readonly Campaign[]> {
    const awaiting = (await loaders.load(this.awaiting, member.id)) ?? [];
    if (member.id === viewer.memberId) {
      // The list says already how the viewer stands to each: `canTakePart` below asks nothing more.
      for (const one of awaiting) loaders.know(this.voters, one.campaign.id, voterOfAwaiting(one, member.id));
    }
    return awaiting.map(({ campaign }) => campaign);
  }
}
