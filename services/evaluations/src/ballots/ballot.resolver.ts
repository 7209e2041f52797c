import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import { Viewer } from '@zhijia/access';
import { idempotencyKeyReused, refusal } from '@zhijia/subgraph';
import {
  campaignAnnulledRefusal,
  campaignClosedRefusal,
  campaignNotFound,
  campaignNotOpenRefusal,
} from '../campaigns/campaign.refusals.js';
import { CastBallot, type CastBallotOutcome, type CastRequest } from './cast-ballot.js';
import { participationOf } from './voters.store.js';

@Resolver()
export class BallotResolver {
  constructor(private readonly castBallot: CastBallot) {}

  @Mutation('castBallot')
  async cast(@Args('input') input: CastRequest, @Context('viewer') viewer: Viewer): Promise<object> {
    return answerOf(await this.castBallot.run(input, viewer), input.campaignId, viewer);
  }
}

function answerOf(outcome: CastBallotOutcome, campaignId: string, viewer: Viewer): object {
  switch (outcome.kind) {
    case 'cast':
      return {
        __typename: 'BallotCast',
        participation: participationOf(outcome.participationId, viewer.memberId ?? '', campaignId),
        receipt: outcome.receipt,
        envelopeHash: outcome.envelopeHash,
        replacedHash: outcome.replacedHash,
        isReplayed: outcome.isReplayed,
      };
    case 'envelopeRefused':
      return {
        ...refusal(
          'EnvelopeRefused',
          '选票信封不符合要求，未被接收。请更新客户端后重新投票。',
          'The envelope is not one of this voter and campaign and was not accepted. Update the client and vote again.',
        ),
        reason: outcome.refusal.replace(/([A-Z])/g, '_$1').toUpperCase(),
      };
    case 'repeated':
      return refusal(
        'EnvelopeRepeated',
        '这张选票此前已被接收，重新投票请重新密封。',
        'This very envelope was accepted before. To replace a ballot, seal a new one.',
      );
    case 'notInElectorate':
      return refusal(
        'NotInElectorate',
        '您不在本次评议的参评范围内。',
        'You are not among those who may take part in this campaign.',
      );
    case 'agent':
      return refusal(
        'AgentMayNotCast',
        '无记名选票须由本人投出，不得代投。',
        'A secret ballot is cast by the voter alone, not by an agent.',
      );
    case 'notOpen':
      return campaignNotOpenRefusal(outcome.opensAt);
    case 'closed':
      return campaignClosedRefusal(outcome.closedAt);
    case 'annulled':
      return campaignAnnulledRefusal(outcome.annulledAt);
    case 'notFound':
      return campaignNotFound;
    case 'keyReused':
      return idempotencyKeyReused;
  }
}
