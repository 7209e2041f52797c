import { expectAccessMatrix } from '@zhijia/testing/subgraph';
import { benefitsSubgraph } from '../src/benefits.subgraph.js';

describe('access to benefits', () => {
  it('is what was reviewed, field by field and role by role', () => {
    expectAccessMatrix(benefitsSubgraph);
  });
});
