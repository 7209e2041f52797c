import 'reflect-metadata';
import { runWorker } from '@zhijia/subgraph';
import { readEvaluationsConfig } from './evaluations.config.js';
import { evaluationsSubgraph } from './evaluations.subgraph.js';

await runWorker(evaluationsSubgraph, readEvaluationsConfig());
