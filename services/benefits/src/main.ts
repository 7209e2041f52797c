import 'reflect-metadata';
import { serveSubgraph } from '@zhijia/subgraph';
import { readBenefitsConfig } from './benefits.config.js';
import { benefitsSubgraph } from './benefits.subgraph.js';

await serveSubgraph(benefitsSubgraph, readBenefitsConfig());
