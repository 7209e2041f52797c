import { ResolveField, Resolver } from '@nestjs/graphql';
import type { GraphContext } from '@zhijia/subgraph';
import type { Campaign } from '../campaigns/campaign.row.js';
import { obstacleToCasting } from '../rules/plan-cast.js';
import { takingPart, type TakingPart } from '../rules/taking-part.js';
import { ballotPaperOf, type BallotPaper } from './ballot-paper.resolver.js';
import { VoterLoader } from './voter.loader.js';
import { participationOf, type Participation } from './voters.store.js';

/** The viewer's own side of a campaign. */
@Resolver('Campaign')
export class VoterResolver {
  constructor(private readonly voterLoader: VoterLoader) {}

  @ResolveField('canTakePart')
  async canTakePart(campaign: Campaign, _args: unknown, { loaders }: GraphContext): Promise<TakingPart | null> {
    const voter = await loaders.load(this.voterLoader, campaign.id);
    return voter === null ? null : takingPart(voter);
  }

  @ResolveField('ballotPaper')
  async ballotPaper(campaign: Campaign, _args: unknown, { loaders }: GraphContext): Promise<BallotPaper | null> {
    const voter = await loaders.load(this.voterLoader, campaign.id);
    if (voter === null || voter.slot === null || voter.manifestHash === null || voter.fingerprint === null) return null;
    // Before the beginning too: a client may prepare while the connection is good.
    const obstacle = obstacleToCasting(voter);
    if (obstacle !== null && obstacle.kind !== 'notOpen') return null;
    return ballotPaperOf(campaign.id, voter.slot, voter.manifestHash, voter.fingerprint);
  }

  @ResolveField('participation')
  async participation(campaign: Campaign, _args: unknown, { loaders }: GraphContext): Promise<Participation | null> {
    const voter = await loaders.load(this.voterLoader, campaign.id);
    if (voter === null || voter.participationId === null) return null;
    return participationOf(voter.participationId, voter.memberId, campaign.id);
  }
}
