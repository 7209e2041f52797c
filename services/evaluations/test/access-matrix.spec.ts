import { expectAccessMatrix } from '@zhijia/testing/subgraph';
import { evaluationsSubgraph } from '../src/evaluations.subgraph.js';

it('reaches exactly the fields that were decided', () => {
  expectAccessMatrix(evaluationsSubgraph);
});
