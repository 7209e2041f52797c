import 'reflect-metadata';
import { migrateSubgraph } from '@zhijia/subgraph';
import { readMembersConfig } from './members.config.js';
import { membersSubgraph } from './members.subgraph.js';

const migrations = await migrateSubgraph(membersSubgraph, readMembersConfig().databaseUrl);
for (const migration of migrations) process.stdout.write(`${migration}\n`);
