import { ProofsSeen } from './proofs-seen.js';

describe('proofs that were seen', () => {
  it('are first once', () => {
    const seen = new ProofsSeen(1_000);
    expect([seen.isFirst('a', 10_000), seen.isFirst('a', 10_001), seen.isFirst('b', 10_002)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('are remembered for a whole window, however it falls', () => {
    const seen = new ProofsSeen(1_000);
    seen.isFirst('early', 10_000);
    seen.isFirst('late', 10_990);
    expect([seen.isFirst('early', 11_000), seen.isFirst('late', 11_980)]).toEqual([false, false]);
  });

  it('are let go in the end', () => {
    const seen = new ProofsSeen(1_000);
    seen.isFirst('a', 10_000);
    expect(seen.isFirst('a', 20_000)).toBe(true);
  });
});
