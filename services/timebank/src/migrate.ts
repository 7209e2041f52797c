import 'reflect-metadata';
import { migrateSubgraph } from '@zhijia/subgraph';
import { readTimebankConfig } from './timebank.config.js';
import { timebankSubgraph } from './timebank.subgraph.js';

const migrations = await migrateSubgraph(timebankSubgraph, readTimebankConfig().databaseUrl);
for (const migration of migrations) process.stdout.write(`${migration}\n`);
