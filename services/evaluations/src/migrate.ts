import 'reflect-metadata';
import { migrateSubgraph } from '@zhijia/subgraph';
import { readEvaluationsConfig } from './evaluations.config.js';
import { evaluationsSubgraph } from './evaluations.subgraph.js';

const migrations = await migrateSubgraph(evaluationsSubgraph, readEvaluationsConfig().databaseUrl);
for (const migration of migrations) process.stdout.write(`${migration}\n`);
