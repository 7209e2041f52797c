import 'reflect-metadata';
import { serveSubgraph } from '@zhijia/subgraph';
import { readMembersConfig } from './members.config.js';
import { membersSubgraph } from './members.subgraph.js';

await serveSubgraph(membersSubgraph, readMembersConfig());
