import { everySlot, slotRanges } from './slot-ranges.js';

describe('slotRanges', () => {
  it.each([1, 2, 3, 7, 64])('shares all slots out among %i, none twice', (count) => {
    const ranges = slotRanges(count);
    expect(ranges).toHaveLength(count);
    expect(ranges[0]?.after).toBe(everySlot.after);
    expect(ranges.at(-1)?.upTo).toBe(everySlot.upTo);
    for (const [index, { after, upTo }] of ranges.entries()) {
      expect(after < upTo).toBe(true);
      expect(upTo).toBe(ranges[index + 1]?.after ?? everySlot.upTo);
    }
  });
});
