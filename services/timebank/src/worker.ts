import 'reflect-metadata';
import { runWorker } from '@zhijia/subgraph';
import { readTimebankConfig } from './timebank.config.js';
import { timebankSubgraph } from './timebank.subgraph.js';

await runWorker(timebankSubgraph, readTimebankConfig());
