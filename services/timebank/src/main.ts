import 'reflect-metadata';
import { serveSubgraph } from '@zhijia/subgraph';
import { readTimebankConfig } from './timebank.config.js';
import { timebankSubgraph } from './timebank.subgraph.js';

await serveSubgraph(timebankSubgraph, readTimebankConfig());
