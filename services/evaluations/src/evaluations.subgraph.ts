import { defineSubgraph } from '@zhijia/subgraph';
import { evaluationsRules } from './access/evaluations.permissions.js';
import { EvaluationsModule } from './evaluations.module.js';
import { evaluationsMigrations } from './migrations/index.js';

export const evaluationsSubgraph = defineSubgraph({
  name: 'evaluations',
  schemaFile: new URL('../schema.graphql', import.meta.url),
  rules: evaluationsRules,
  module: EvaluationsModule,
  migrations: evaluationsMigrations,
  reactions: [],
  jobs: [],
  publishes: [],
});
