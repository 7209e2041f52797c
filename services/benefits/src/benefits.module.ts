import { Module } from '@nestjs/common';
import { ConsentGrants, DatabaseClock, SUBGRAPH_CONFIG } from '@zhijia/subgraph';
import { ConsentedMemberResolver } from './accounts/consented-member.resolver.js';
import { MemberResolver } from './accounts/member.resolver.js';
import { OpenPointsAccountWhenMemberRegistered } from './accounts/open-points-account-when-member-registered.js';
import { PointsAccountOfMemberLoader } from './accounts/points-account-of-member.loader.js';
import { PointsAccountResolver } from './accounts/points-account.resolver.js';
import { PointsAccountsStore } from './accounts/points-accounts.store.js';
import { CreateOffer } from './offers/create-offer.js';
import { OfferChangesResolver } from './offers/offer-changes.resolver.js';
import { OfferResolver } from './offers/offer.resolver.js';
import { OffersStore } from './offers/offers.store.js';
import { RedeemOffer } from './offers/redeem-offer.js';
import { RedeemOfferResolver } from './offers/redeem-offer.resolver.js';
import { RedemptionResolver } from './offers/redemption.resolver.js';
import { RedemptionsStore } from './offers/redemptions.store.js';
import { VisibleOffersLoader } from './offers/visible-offers.loader.js';
import { WithdrawOffer } from './offers/withdraw-offer.js';
import type { BenefitsConfig } from './benefits.config.js';
import { ledger } from './ledger.providers.js';
import { KnowMemberWhenMemberChanged } from './projections/know-member-when-member-changed.js';
import { KnowMemberWhenMemberRegistered } from './projections/know-member-when-member-registered.js';
import { KnowOrganisationWhenOrganisationChanged } from './projections/know-organisation-when-organisation-changed.js';
import { ProjectionsStore } from './projections/projections.store.js';
import { CampaignResolver } from './rewards/campaign.resolver.js';
import { CloseRewardPool } from './rewards/close-reward-pool.js';
import { CloseRewardPoolWhenCampaignAnnulled } from './rewards/close-reward-pool-when-campaign-annulled.js';
import { CloseRewardPoolWhenEvaluationFinished } from './rewards/close-reward-pool-when-evaluation-finished.js';
import { OpenRewardPoolWhenCampaignOpened } from './rewards/open-reward-pool-when-campaign-opened.js';
import { ParticipationResolver } from './rewards/participation.resolver.js';
import { RewardOfParticipationLoader } from './rewards/reward-of-participation.loader.js';
import { RewardPoolOfCampaignLoader } from './rewards/reward-pool-of-campaign.loader.js';
import { RewardPoolsStore } from './rewards/reward-pools.store.js';
import { RewardsStore } from './rewards/rewards.store.js';
import { SettleRewards } from './rewards/settle-rewards.js';
import { SettleRewardsWhenBallotCast } from './rewards/settle-rewards-when-ballot-cast.js';

const consentGrants = {
  provide: ConsentGrants,
  inject: [SUBGRAPH_CONFIG, DatabaseClock],
  useFactory: ({ consentGrantKeys }: BenefitsConfig, clock: DatabaseClock) =>
    new ConsentGrants(consentGrantKeys, clock),
};

const projections = [
  ProjectionsStore,
  KnowMemberWhenMemberRegistered,
  KnowMemberWhenMemberChanged,
  KnowOrganisationWhenOrganisationChanged,
];
const accounts = [
  PointsAccountsStore,
  PointsAccountOfMemberLoader,
  PointsAccountResolver,
  MemberResolver,
  ConsentedMemberResolver,
  consentGrants,
  OpenPointsAccountWhenMemberRegistered,
];
const rewards = [
  RewardPoolsStore,
  RewardsStore,
  SettleRewards,
  CloseRewardPool,
  OpenRewardPoolWhenCampaignOpened,
  SettleRewardsWhenBallotCast,
  CloseRewardPoolWhenCampaignAnnulled,
  CloseRewardPoolWhenEvaluationFinished,
  RewardPoolOfCampaignLoader,
  RewardOfParticipationLoader,
  CampaignResolver,
  ParticipationResolver,
];
const offers = [
  OffersStore,
  RedemptionsStore,
  CreateOffer,
  WithdrawOffer,
  RedeemOffer,
  VisibleOffersLoader,
  OfferResolver,
  RedemptionResolver,
  OfferChangesResolver,
  RedeemOfferResolver,
];

@Module({ providers: [...ledger, ...projections, ...accounts, ...rewards, ...offers] })
export class BenefitsModule {}
