import { expectAccessMatrix } from '@zhijia/testing/subgraph';
import { membersSubgraph } from '../src/members.subgraph.js';

it('lets each role reach what the committed matrix says, field by field', () => {
  expectAccessMatrix(membersSubgraph);
});
