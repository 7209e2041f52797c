import { offerRedeemed, rewardPoolEmptied, rewardSettled } from '@zhijia/contracts';
import { CheckBalancesNightly, ExpireOverdueHolds, ledgerFigures } from '@zhijia/ledger';
import { defineSubgraph } from '@zhijia/subgraph';
import { benefitsRules } from './access/benefits.permissions.js';
import { OpenPointsAccountWhenMemberRegistered } from './accounts/open-points-account-when-member-registered.js';
import { BenefitsModule } from './benefits.module.js';
import { benefitsMigrations } from './migrations/index.js';
import { KnowMemberWhenMemberChanged } from './projections/know-member-when-member-changed.js';
import { KnowMemberWhenMemberRegistered } from './projections/know-member-when-member-registered.js';
import { KnowOrganisationWhenOrganisationChanged } from './projections/know-organisation-when-organisation-changed.js';
import { CloseRewardPoolWhenCampaignAnnulled } from './rewards/close-reward-pool-when-campaign-annulled.js';
import { CloseRewardPoolWhenEvaluationFinished } from './rewards/close-reward-pool-when-evaluation-finished.js';
import { OpenRewardPoolWhenCampaignOpened } from './rewards/open-reward-pool-when-campaign-opened.js';
import { SettleRewardsWhenBallotCast } from './rewards/settle-rewards-when-ballot-cast.js';

export const benefitsSubgraph = defineSubgraph({
  name: 'benefits',
  schemaFile: new URL('../schema.graphql', import.meta.url),
  rules: benefitsRules,
  module: BenefitsModule,
  migrations: benefitsMigrations,
  reactions: [
    KnowMemberWhenMemberRegistered,
    KnowMemberWhenMemberChanged,
    KnowOrganisationWhenOrganisationChanged,
    OpenPointsAccountWhenMemberRegistered,
    OpenRewardPoolWhenCampaignOpened,
    SettleRewardsWhenBallotCast,
    CloseRewardPoolWhenCampaignAnnulled,
    CloseRewardPoolWhenEvaluationFinished,
  ],
  jobs: [ExpireOverdueHolds, CheckBalancesNightly],
  figures: ledgerFigures,
  publishes: [rewardSettled, rewardPoolEmptied, offerRedeemed],
});
