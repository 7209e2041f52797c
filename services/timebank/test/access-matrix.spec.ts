import { expectAccessMatrix } from '@zhijia/testing/subgraph';
import { timebankSubgraph } from '../src/timebank.subgraph.js';

describe('access to timebank', () => {
  it('is what was reviewed, field by field and role by role', () => {
    expectAccessMatrix(timebankSubgraph);
  });
});
