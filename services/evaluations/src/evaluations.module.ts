import { Module } from '@nestjs/common';
import { SUBGRAPH_CONFIG } from '@zhijia/subgraph';
import { AcceptBallots } from './ballots/accept-ballots.js';
import { AwaitingCampaignsLoader } from './ballots/awaiting-campaigns.loader.js';
import { BallotPaperResolver } from './ballots/ballot-paper.resolver.js';
import { BallotResolver } from './ballots/ballot.resolver.js';
import { BallotsStore } from './ballots/ballots.store.js';
import { CastBallot } from './ballots/cast-ballot.js';
import { MemberResolver } from './ballots/member.resolver.js';
import { ParticipationResolver } from './ballots/participation.resolver.js';
import { VoterLoader } from './ballots/voter.loader.js';
import { VoterResolver } from './ballots/voter.resolver.js';
import { VotersStore } from './ballots/voters.store.js';
import { AnnulCampaign } from './campaigns/annul-campaign.js';
import { CampaignChangesResolver } from './campaigns/campaign-changes.resolver.js';
import { CampaignResolver } from './campaigns/campaign.resolver.js';
import { CampaignsStore } from './campaigns/campaigns.store.js';
import { CloseCampaign } from './campaigns/close-campaign.js';
import { CloseDueCampaigns } from './campaigns/close-due-campaigns.js';
import { ClosingsStore } from './campaigns/closings.store.js';
import { ManifestController } from './campaigns/manifest.controller.js';
import { ManifestResolver } from './campaigns/manifest.resolver.js';
import { OpenCampaign } from './campaigns/open-campaign.js';
import { OpeningsStore } from './campaigns/openings.store.js';
import { PreparationsStore } from './campaigns/preparations.store.js';
import { PrepareCampaigns } from './campaigns/prepare-campaigns.js';
import { SealClosingDigest } from './campaigns/seal-closing-digest.js';
import { ServiceKey } from './campaigns/service-key.js';
import { SignManifestOfCampaign } from './campaigns/sign-manifest-of-campaign.js';
import { TargetsLoader } from './campaigns/targets.loader.js';
import { VisibleCampaignsLoader } from './campaigns/visible-campaigns.loader.js';
import { CountParticipation } from './electorates/count-participation.js';
import { ElectoratesStore } from './electorates/electorates.store.js';
import { FreezeElectorate } from './electorates/freeze-electorate.js';
import { ForgetLinksOfFinishedCampaigns } from './electorates/forget-links-of-finished-campaigns.js';
import { LinkageStore } from './electorates/linkage.store.js';
import { ParticipationCountsStore } from './electorates/participation-counts.store.js';
import type { EvaluationsConfig } from './evaluations.config.js';
import { AllowRatingWhenRectificationPublished } from './followups/allow-rating-when-rectification-published.js';
import { EndRatingWhenRectificationWithdrawn } from './followups/end-rating-when-rectification-withdrawn.js';
import { FollowUpLoader } from './followups/follow-up.loader.js';
import { FollowUpResolver } from './followups/follow-up.resolver.js';
import { FollowUpsStore } from './followups/followups.store.js';
import { RateRectification } from './followups/rate-rectification.js';
import { RectificationTaskResolver } from './followups/rectification-task.resolver.js';
import { KnowMemberWhenMemberChanged } from './projections/know-member-when-member-changed.js';
import { KnowMemberWhenMemberRegistered } from './projections/know-member-when-member-registered.js';
import { KnowOrganisationWhenOrganisationChanged } from './projections/know-organisation-when-organisation-changed.js';
import { ProjectionsStore } from './projections/projections.store.js';
import { TellPoolIsEmptyWhenRewardPoolEmptied } from './projections/tell-pool-is-empty-when-reward-pool-emptied.js';
import { BoardController } from './results/board.controller.js';
import { CampaignResultsResolver } from './results/campaign-results.resolver.js';
import { CellsLoader, ResultsLoader, TargetResultsLoader, TurnoutLoader } from './results/results.loaders.js';
import { ElectorateGroups } from './results/electorate-groups.js';
import { ResultsResolver, TargetResultResolver } from './results/results.resolver.js';
import { ResultsStore } from './results/results.store.js';
import { TurnoutsStore } from './results/turnouts.store.js';
import { TallyClosedCampaigns } from './tally/tally-closed-campaigns.js';
import { TallyProcess } from './tally/tally-process.js';

const projections = [
  ProjectionsStore,
  KnowMemberWhenMemberRegistered,
  KnowMemberWhenMemberChanged,
  KnowOrganisationWhenOrganisationChanged,
  TellPoolIsEmptyWhenRewardPoolEmptied,
];

const campaigns = [
  CampaignsStore,
  OpeningsStore,
  PreparationsStore,
  ClosingsStore,
  CampaignResolver,
  CampaignChangesResolver,
  ManifestResolver,
  TargetsLoader,
  VisibleCampaignsLoader,
  OpenCampaign,
  SignManifestOfCampaign,
  PrepareCampaigns,
  CloseCampaign,
  CloseDueCampaigns,
  SealClosingDigest,
  AnnulCampaign,
  {
    provide: ServiceKey,
    inject: [SUBGRAPH_CONFIG],
    useFactory: (config: EvaluationsConfig) => ServiceKey.load(config.ballotServiceKeyFile, config.mode),
  },
];

const electorates = [
  ElectoratesStore,
  FreezeElectorate,
  ParticipationCountsStore,
  CountParticipation,
  LinkageStore,
  ForgetLinksOfFinishedCampaigns,
];

const ballots = [
  BallotsStore,
  VotersStore,
  VoterLoader,
  AwaitingCampaignsLoader,
  AcceptBallots,
  CastBallot,
  BallotPaperResolver,
  BallotResolver,
  VoterResolver,
  ParticipationResolver,
  MemberResolver,
];

const tally = [TallyProcess, TallyClosedCampaigns];

const results = [
  ResultsStore,
  TurnoutsStore,
  ElectorateGroups,
  ResultsLoader,
  TargetResultsLoader,
  CellsLoader,
  TurnoutLoader,
  CampaignResultsResolver,
  ResultsResolver,
  TargetResultResolver,
];

const followUps = [
  FollowUpsStore,
  FollowUpLoader,
  FollowUpResolver,
  RectificationTaskResolver,
  RateRectification,
  AllowRatingWhenRectificationPublished,
  EndRatingWhenRectificationWithdrawn,
];

@Module({
  controllers: [BoardController, ManifestController],
  providers: [...projections, ...campaigns, ...electorates, ...ballots, ...tally, ...results, ...followUps],
})
export class EvaluationsModule {}
