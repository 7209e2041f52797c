import {
  consentGiven,
  consentWithdrawn,
  memberChanged,
  memberRegistered,
  organisationChanged,
  rectificationEscalated,
  rectificationOpened,
  rectificationPlanFiled,
  rectificationPublished,
  rectificationResultFiled,
  rectificationWithdrawn,
} from '@zhijia/contracts';
import { defineSubgraph } from '@zhijia/subgraph';
import { membersRules } from './access/members.permissions.js';
import { ForgetOldConsentUses } from './consents/forget-old-consent-uses.js';
import { MembersModule } from './members.module.js';
import { membersMigrations } from './migrations/index.js';
import { EscalateOverdueRectifications } from './rectifications/escalate-overdue-rectifications.js';
import { OpenRectificationWhenEvaluationFinished } from './rectifications/open-rectification-when-evaluation-finished.js';
import { overdueRectifications } from './rectifications/overdue-rectifications.store.js';
import { WithdrawRectificationsWhenCampaignAnnulled } from './rectifications/withdraw-rectifications-when-campaign-annulled.js';

export const membersSubgraph = defineSubgraph({
  name: 'members',
  schemaFile: new URL('../schema.graphql', import.meta.url),
  rules: membersRules,
  module: MembersModule,
  migrations: membersMigrations,
  reactions: [OpenRectificationWhenEvaluationFinished, WithdrawRectificationsWhenCampaignAnnulled],
  jobs: [EscalateOverdueRectifications, ForgetOldConsentUses],
  publishes: [
    organisationChanged,
    memberRegistered,
    memberChanged,
    rectificationOpened,
    rectificationPlanFiled,
    rectificationResultFiled,
    rectificationPublished,
    rectificationEscalated,
    rectificationWithdrawn,
    consentGiven,
    consentWithdrawn,
  ],
  figures: [overdueRectifications],
});
