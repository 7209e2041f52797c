import 'reflect-metadata';
import { serveSubgraph } from '@zhijia/subgraph';
import { readEvaluationsConfig } from './evaluations.config.js';
import { evaluationsSubgraph } from './evaluations.subgraph.js';

await serveSubgraph(evaluationsSubgraph, readEvaluationsConfig());
