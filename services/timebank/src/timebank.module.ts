import { Module } from '@nestjs/common';
import { ConsentGrants, DatabaseClock, SUBGRAPH_CONFIG } from '@zhijia/subgraph';
import { ConsentedMemberResolver } from './accounts/consented-member.resolver.js';
import { MemberResolver } from './accounts/member.resolver.js';
import { OpenTimeAccountWhenMemberRegistered } from './accounts/open-time-account-when-member-registered.js';
import { PassbookLoader } from './accounts/passbook.loader.js';
import { TimeAccountOfMemberLoader } from './accounts/time-account-of-member.loader.js';
import { TimeAccountResolver } from './accounts/time-account.resolver.js';
import { TimeAccountsStore } from './accounts/time-accounts.store.js';
import type { TimebankConfig } from './timebank.config.js';
import { ledger } from './ledger.providers.js';
import { KnowMemberWhenMemberChanged } from './projections/know-member-when-member-changed.js';
import { KnowMemberWhenMemberRegistered } from './projections/know-member-when-member-registered.js';
import { KnowOrganisationWhenOrganisationChanged } from './projections/know-organisation-when-organisation-changed.js';
import { ProjectionsStore } from './projections/projections.store.js';
import { PostVisit } from './visits/post-visit.js';
import { ReverseVisit } from './visits/reverse-visit.js';
import { VisitChangesResolver } from './visits/visit-changes.resolver.js';
import { VisitOfTransferLoader } from './visits/visit-of-transfer.loader.js';
import { PassbookEntryResolver, VisitResolver } from './visits/visit.resolver.js';
import { VisitsStore } from './visits/visits.store.js';

const consentGrants = {
  provide: ConsentGrants,
  inject: [SUBGRAPH_CONFIG, DatabaseClock],
  useFactory: ({ consentGrantKeys }: TimebankConfig, clock: DatabaseClock) =>
    new ConsentGrants(consentGrantKeys, clock),
};

const projections = [
  ProjectionsStore,
  KnowMemberWhenMemberRegistered,
  KnowMemberWhenMemberChanged,
  KnowOrganisationWhenOrganisationChanged,
];
const accounts = [
  TimeAccountsStore,
  TimeAccountOfMemberLoader,
  PassbookLoader,
  TimeAccountResolver,
  MemberResolver,
  ConsentedMemberResolver,
  consentGrants,
  OpenTimeAccountWhenMemberRegistered,
];
const visits = [
  VisitsStore,
  PostVisit,
  ReverseVisit,
  VisitOfTransferLoader,
  VisitResolver,
  PassbookEntryResolver,
  VisitChangesResolver,
];

@Module({ providers: [...ledger, ...projections, ...accounts, ...visits] })
export class TimebankModule {}
