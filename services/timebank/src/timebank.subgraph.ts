import { visitPosted, visitReversed } from '@zhijia/contracts';
import { CheckBalancesNightly, ExpireOverdueHolds, ledgerFigures } from '@zhijia/ledger';
import { defineSubgraph } from '@zhijia/subgraph';
import { timebankRules } from './access/timebank.permissions.js';
import { OpenTimeAccountWhenMemberRegistered } from './accounts/open-time-account-when-member-registered.js';
import { timebankMigrations } from './migrations/index.js';
import { KnowMemberWhenMemberChanged } from './projections/know-member-when-member-changed.js';
import { KnowMemberWhenMemberRegistered } from './projections/know-member-when-member-registered.js';
import { KnowOrganisationWhenOrganisationChanged } from './projections/know-organisation-when-organisation-changed.js';
import { TimebankModule } from './timebank.module.js';

export const timebankSubgraph = defineSubgraph({
  name: 'timebank',
  schemaFile: new URL('../schema.graphql', import.meta.url),
  rules: timebankRules,
  module: TimebankModule,
  migrations: timebankMigrations,
  reactions: [
    KnowMemberWhenMemberRegistered,
    KnowMemberWhenMemberChanged,
    KnowOrganisationWhenOrganisationChanged,
    OpenTimeAccountWhenMemberRegistered,
  ],
  jobs: [ExpireOverdueHolds, CheckBalancesNightly],
  figures: ledgerFigures,
  publishes: [visitPosted, visitReversed],
});
