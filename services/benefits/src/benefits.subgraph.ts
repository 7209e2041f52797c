import { defineSubgraph } from '@zhijia/subgraph';
import { benefitsRules } from './access/benefits.permissions.js';
import { BenefitsModule } from './benefits.module.js';
import { benefitsMigrations } from './migrations/index.js';

export const benefitsSubgraph = defineSubgraph({
  name: 'benefits',
  schemaFile: new URL('../schema.graphql', import.meta.url),
  rules: benefitsRules,
  module: BenefitsModule,
  migrations: benefitsMigrations,
  reactions: [],
  jobs: [],
  publishes: [],
});
