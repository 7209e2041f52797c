import 'reflect-metadata';
import { migrateSubgraph } from '@zhijia/subgraph';
import { readBenefitsConfig } from './benefits.config.js';
import { benefitsSubgraph } from './benefits.subgraph.js';

const migrations = await migrateSubgraph(benefitsSubgraph, readBenefitsConfig().databaseUrl);
for (const migration of migrations) process.stdout.write(`${migration}\n`);
