import 'reflect-metadata';
import { runWorker } from '@zhijia/subgraph';
import { readMembersConfig } from './members.config.js';
import { membersSubgraph } from './members.subgraph.js';

await runWorker(membersSubgraph, readMembersConfig());
