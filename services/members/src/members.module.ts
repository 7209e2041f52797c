import { Module } from '@nestjs/common';
import { ConsentGrants, DatabaseClock, SUBGRAPH_CONFIG } from '@zhijia/subgraph';
import { AgenciesStore } from './agencies/agencies.store.js';
import { MemberAgenciesResolver } from './agencies/agency.resolver.js';
import { ConsentChangesStore } from './consents/consent-changes.store.js';
import { ConsentUsesLoader } from './consents/consent.loaders.js';
import { ConsentResolver, MemberConsentsResolver } from './consents/consent.resolver.js';
import { ConsentFiguresResolver } from './consents/consent-figures.resolver.js';
import { ConsentFiguresStore } from './consents/consent-figures.store.js';
import { ConsentRefusalResolver } from './consents/consent-refusal.resolver.js';
import { ConsentRefusalsStore } from './consents/consent-refusals.store.js';
import { ConsentUsesStore } from './consents/consent-uses.store.js';
import { ConsentedMemberResolver } from './consents/consented-member.resolver.js';
import { ConsentsStore } from './consents/consents.store.js';
import { ForgetOldConsentUses } from './consents/forget-old-consent-uses.js';
import { OldConsentUsesStore } from './consents/old-consent-uses.store.js';
import { WithdrawConsent } from './consents/withdraw-consent.js';
import { AccountsStore } from './identity/accounts.store.js';
import { ImportMembers } from './imports/import-members.js';
import { ImportOrganisations } from './imports/import-organisations.js';
import { ImportResolver } from './imports/import.resolver.js';
import { ImportRunsStore } from './imports/import-runs.store.js';
import { LandPortion } from './imports/land-portion.js';
import { MemberImportStore } from './imports/member-import.store.js';
import type { MembersConfig } from './members.config.js';
import { MemberResolver } from './members/member.resolver.js';
import { MembersStore } from './members/members.store.js';
import { PersonalFields } from './members/personal-fields.js';
import { AppointMember } from './offices/appoint-member.js';
import { DismissOfficer } from './offices/dismiss-officer.js';
import { HolderLoader } from './offices/holder.loader.js';
import { OfficeResolver } from './offices/office.resolver.js';
import { OfficesStore } from './offices/offices.store.js';
import { OrganisationLoader } from './organisations/organisation.loader.js';
import { OrganisationResolver } from './organisations/organisation.resolver.js';
import { OrganisationTreeStore } from './organisations/organisation-tree.store.js';
import { OrganisationsStore } from './organisations/organisations.store.js';
import { EscalateOverdueRectifications } from './rectifications/escalate-overdue-rectifications.js';
import { OpenRectificationWhenEvaluationFinished } from './rectifications/open-rectification-when-evaluation-finished.js';
import {
  CampaignRectificationsLoader,
  RectificationEvidenceLoader,
  RectificationStepsLoader,
} from './rectifications/rectification.loaders.js';
import { CampaignRectificationsResolver, RectificationResolver } from './rectifications/rectification.resolver.js';
import { RectificationChangesStore } from './rectifications/rectification-changes.store.js';
import { RectificationsStore } from './rectifications/rectifications.store.js';
import { TakeRectificationStep } from './rectifications/take-rectification-step.js';
import { WithdrawRectificationsWhenCampaignAnnulled } from './rectifications/withdraw-rectifications-when-campaign-annulled.js';
import { SessionResolver } from './sessions/session.resolver.js';
import { SessionsStore } from './sessions/sessions.store.js';

const personalFields = {
  provide: PersonalFields,
  inject: [SUBGRAPH_CONFIG],
  useFactory: (config: MembersConfig) => PersonalFields.fromFiles(config),
};

const consentGrants = {
  provide: ConsentGrants,
  inject: [SUBGRAPH_CONFIG, DatabaseClock],
  useFactory: ({ consentGrantKeys }: MembersConfig, clock: DatabaseClock) => new ConsentGrants(consentGrantKeys, clock),
};

const organisations = [OrganisationResolver, OrganisationsStore, OrganisationLoader, OrganisationTreeStore];
const members = [MemberResolver, MembersStore, personalFields];
const sessions = [SessionResolver, SessionsStore];
const offices = [OfficeResolver, OfficesStore, AppointMember, DismissOfficer, HolderLoader, AccountsStore];
const imports = [ImportResolver, ImportOrganisations, ImportMembers, LandPortion, ImportRunsStore, MemberImportStore];
const rectifications = [
  RectificationResolver,
  CampaignRectificationsResolver,
  RectificationsStore,
  RectificationChangesStore,
  TakeRectificationStep,
  CampaignRectificationsLoader,
  RectificationEvidenceLoader,
  RectificationStepsLoader,
  OpenRectificationWhenEvaluationFinished,
  WithdrawRectificationsWhenCampaignAnnulled,
  EscalateOverdueRectifications,
];
const agencies = [AgenciesStore, MemberAgenciesResolver];
const consents = [
  ConsentResolver,
  MemberConsentsResolver,
  ConsentRefusalResolver,
  ConsentRefusalsStore,
  ConsentedMemberResolver,
  ConsentsStore,
  ConsentChangesStore,
  ConsentUsesStore,
  ConsentUsesLoader,
  ConsentFiguresResolver,
  ConsentFiguresStore,
  OldConsentUsesStore,
  ForgetOldConsentUses,
  WithdrawConsent,
  consentGrants,
];

@Module({
  providers: [
    ...organisations,
    ...members,
    ...sessions,
    ...offices,
    ...imports,
    ...rectifications,
    ...consents,
    ...agencies,
  ],
})
export class MembersModule {}
