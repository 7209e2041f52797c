import { memberChanged, memberRegistered, organisationChanged } from '@zhijia/contracts';
import { defineSubgraph } from '@zhijia/subgraph';
import { membersRules } from './access/members.permissions.js';
import { MembersModule } from './members.module.js';
import { membersMigrations } from './migrations/index.js';

export const membersSubgraph = defineSubgraph({
  name: 'members',
  schemaFile: new URL('../schema.graphql', import.meta.url),
  rules: membersRules,
  module: MembersModule,
  migrations: membersMigrations,
  reactions: [],
  jobs: [],
  publishes: [organisationChanged, memberRegistered, memberChanged],
});
