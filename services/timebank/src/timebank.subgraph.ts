import { defineSubgraph } from '@zhijia/subgraph';
import { timebankRules } from './access/timebank.permissions.js';
import { TimebankModule } from './timebank.module.js';
import { timebankMigrations } from './migrations/index.js';

export const timebankSubgraph = defineSubgraph({
  name: 'timebank',
  schemaFile: new URL('../schema.graphql', import.meta.url),
  rules: timebankRules,
  module: TimebankModule,
  migrations: timebankMigrations,
  reactions: [],
  jobs: [],
  publishes: [],
});
