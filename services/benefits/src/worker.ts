import 'reflect-metadata';
import { runWorker } from '@zhijia/subgraph';
import { readBenefitsConfig } from './benefits.config.js';
import { benefitsSubgraph } from './benefits.subgraph.js';

await runWorker(benefitsSubgraph, readBenefitsConfig());
