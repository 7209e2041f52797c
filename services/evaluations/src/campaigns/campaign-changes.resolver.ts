import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import { Viewer } from '@zhijia/access';
import { idempotencyKeyReused, refusal } from '@zhijia/subgraph';
import { maxTargets } from '../rules/plan-opening.js';
import { AnnulCampaign, type AnnulCampaignOutcome } from './annul-campaign.js';
import {
  campaignAnnulledRefusal,
  campaignClosedRefusal,
  campaignNotFound,
  campaignNotOpenRefusal,
} from './campaign.refusals.js';
import type { Campaign } from './campaign.row.js';
import { CampaignsStore } from './campaigns.store.js';
import { CloseCampaign, type CloseCampaignOutcome } from './close-campaign.js';
import { OpenCampaign, type OpenCampaignOutcome } from './open-campaign.js';
import { openingRequestOf, type OpenCampaignInput } from './open-campaign.input.js';

/** What officers do with campaigns. */
@Resolver()
export class CampaignChangesResolver {
  constructor(
    private readonly openCampaign: OpenCampaign,
    private readonly closeCampaign: CloseCampaign,
    private readonly annulCampaign: AnnulCampaign,
    private readonly campaigns: CampaignsStore,
  ) {}

  @Mutation('openCampaign')
  async open(@Args('input') input: OpenCampaignInput, @Context('viewer') viewer: Viewer): Promise<object> {
    const outcome = await this.openCampaign.run(openingRequestOf(input), viewer, input.idempotencyKey);
    if (outcome.kind !== 'opened') return refusalOfOpening(outcome);
    const campaign = await this.find(outcome.campaignId, viewer);
    if (campaign === null) return refusalOfOpening({ kind: 'notOrganiser' });
    return { __typename: 'CampaignOpened', campaign, isReplayed: outcome.isReplayed };
  }

  @Mutation('closeCampaign')
  async close(@Args('input') input: { campaignId: string }, @Context('viewer') viewer: Viewer): Promise<object> {
    const outcome = await this.closeCampaign.run(input.campaignId, viewer);
    const campaign = outcome.kind === 'closing' ? await this.find(input.campaignId, viewer) : null;
    return campaign === null ? refusalOfClosing(outcome) : { __typename: 'CampaignClosing', campaign };
  }

  @Mutation('annulCampaign')
  async annul(
    @Args('input') input: { campaignId: string; reason: string },
    @Context('viewer') viewer: Viewer,
  ): Promise<object> {
    const outcome = await this.annulCampaign.run(input.campaignId, input.reason, viewer);
    const campaign = outcome.kind === 'annulled' ? await this.find(input.campaignId, viewer) : null;
    return campaign === null ? refusalOfAnnulment(outcome) : { __typename: 'CampaignWithdrawn', campaign };
  }

  private async find(campaignId: string, viewer: Viewer): Promise<Campaign | null> {
    const [campaign = null] = await this.campaigns.findVisible([campaignId], viewer);
    return campaign;
  }
}

function refusalOfOpening(outcome: Exclude<OpenCampaignOutcome, { kind: 'opened' }>): object {
  switch (outcome.kind) {
    case 'notOrganiser':
      return refusal(
        'NotOrganiser',
        '您不是该组织或其上级组织的负责人。',
        'You are no officer of this organisation or above it.',
      );
    case 'windowInvalid':
      return refusal(
        'WindowInvalid',
        '评议时间无效：结束须晚于开始且晚于现在，最长一年。',
        'The window is not valid: it ends after it begins and after now, and lasts a year at most.',
      );
    case 'targetsInvalid':
      return refusal(
        'TargetsInvalid',
        `被评议对象须为1至${maxTargets}个且不重复。`,
        `There are 1 to ${maxTargets} targets, each once.`,
      );
    case 'unknownTargets':
      return {
        ...refusal('UnknownTargets', '部分被评议对象不存在或已撤销。', 'Some targets do not exist or are dissolved.'),
        organisationIds: outcome.organisationIds,
      };
    case 'termsInvalid':
      return refusal(
        'TermsInvalid',
        `评议条款无效：${outcome.problem}。`,
        `The terms are not valid: ${outcome.problem}.`,
      );
    case 'questionSetChanged':
      return refusal(
        'QuestionSetChanged',
        '该版本的题目已按另一表述使用过，请使用新的版本号。',
        'This version of the question set was used with another wording. Give the new wording a new version.',
      );
    case 'rewardInvalid':
      return {
        ...refusal(
          'RewardInvalid',
          '积分池不足一人份或超过政策上限。',
          'The pool pays nobody, or is beyond what the policy allows.',
        ),
        maxPoolPoints: outcome.maxPoolPoints,
      };
    case 'electorateOutOfReach':
      return refusal(
        'ElectorateOutOfReach',
        '参评范围须为主办组织或其下级组织。',
        'The electorate is the organiser or an organisation below it.',
      );
    case 'electorateTooSmall':
      return {
        ...refusal(
          'ElectorateTooSmall',
          `符合条件的会员只有${outcome.size}人，至少需要${outcome.minimum}人。`,
          `Only ${outcome.size} members could take part; there must be ${outcome.minimum}.`,
        ),
        size: outcome.size,
        minimum: outcome.minimum,
      };
    case 'keyReused':
      return idempotencyKeyReused;
  }
}

function refusalOfClosing(outcome: CloseCampaignOutcome): object {
  switch (outcome.kind) {
    case 'notOpen':
      return campaignNotOpenRefusal(outcome.opensAt);
    case 'closed':
      return campaignClosedRefusal(outcome.closedAt);
    case 'annulled':
      return campaignAnnulledRefusal(outcome.annulledAt);
    case 'closing':
    case 'notFound':
      return campaignNotFound;
  }
}

function refusalOfAnnulment(outcome: AnnulCampaignOutcome): object {
  switch (outcome.kind) {
    case 'alreadyAnnulled':
      return campaignAnnulledRefusal(outcome.annulledAt);
    case 'reasonMissing':
      return refusal(
        'AnnulmentReasonMissing',
        '作废须说明理由（1至500字）。',
        'An annulment gives its reason, in 1 to 500 characters.',
      );
    case 'annulled':
    case 'notFound':
      return campaignNotFound;
  }
}
