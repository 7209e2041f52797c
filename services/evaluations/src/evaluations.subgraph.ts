import {
  ballotCast,
  campaignAnnulled,
  campaignOpened,
  evaluationFinished,
  rectificationRated,
} from '@zhijia/contracts';
import { defineSubgraph } from '@zhijia/subgraph';
import { evaluationsRules } from './access/evaluations.permissions.js';
import { CloseDueCampaigns } from './campaigns/close-due-campaigns.js';
import { lateCampaigns } from './campaigns/late-campaigns.store.js';
import { PrepareCampaigns } from './campaigns/prepare-campaigns.js';
import { CountParticipation } from './electorates/count-participation.js';
import { ForgetLinksOfFinishedCampaigns } from './electorates/forget-links-of-finished-campaigns.js';
import { EvaluationsModule } from './evaluations.module.js';
import { AllowRatingWhenRectificationPublished } from './followups/allow-rating-when-rectification-published.js';
import { EndRatingWhenRectificationWithdrawn } from './followups/end-rating-when-rectification-withdrawn.js';
import { evaluationsMigrations } from './migrations/index.js';
import { KnowMemberWhenMemberChanged } from './projections/know-member-when-member-changed.js';
import { KnowMemberWhenMemberRegistered } from './projections/know-member-when-member-registered.js';
import { KnowOrganisationWhenOrganisationChanged } from './projections/know-organisation-when-organisation-changed.js';
import { TellPoolIsEmptyWhenRewardPoolEmptied } from './projections/tell-pool-is-empty-when-reward-pool-emptied.js';
import { TallyClosedCampaigns } from './tally/tally-closed-campaigns.js';

export const evaluationsSubgraph = defineSubgraph({
  name: 'evaluations',
  schemaFile: new URL('../schema.graphql', import.meta.url),
  rules: evaluationsRules,
  module: EvaluationsModule,
  migrations: evaluationsMigrations,
  reactions: [
    KnowMemberWhenMemberRegistered,
    KnowMemberWhenMemberChanged,
    KnowOrganisationWhenOrganisationChanged,
    TellPoolIsEmptyWhenRewardPoolEmptied,
    AllowRatingWhenRectificationPublished,
    EndRatingWhenRectificationWithdrawn,
  ],
  jobs: [PrepareCampaigns, CloseDueCampaigns, TallyClosedCampaigns, CountParticipation, ForgetLinksOfFinishedCampaigns],
  publishes: [campaignOpened, campaignAnnulled, ballotCast, evaluationFinished, rectificationRated],
  figures: [lateCampaigns],
});
