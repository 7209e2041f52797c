import { outcomeOf } from './outcome.js';

describe('the outcome of a request', () => {
  it.each([
    [200, [], 'answered'],
    [304, [], 'answered'],
    [401, ['TOKEN_MISSING'], 'refused'],
    [200, ['ACCESS_DENIED'], 'refused'],
    [404, [], 'refused'],
    [200, ['SUBGRAPH_UNAVAILABLE'], 'retryable'],
    [503, ['TRY_AGAIN'], 'retryable'],
    [200, ['SUBGRAPH_UNAVAILABLE', 'INTERNAL'], 'failed'],
    [500, ['INTERNAL'], 'failed'],
    [502, [], 'failed'],
  ])('with status %s and codes %j is %s', (status, codes, outcome) => {
    expect(outcomeOf(status, codes)).toBe(outcome);
  });
});
