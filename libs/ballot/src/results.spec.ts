import { aCampaign, aSlot } from '../test/builders.js';
import { hashSlots, makeClosingDigest, sharesOf, targetsBelowLine } from './index.js';
import { targetResult, turnoutOf } from './results.js';

const counts = (...grades: number[]) => ({ none: 4, grades, dontKnow: 9 });

describe('results', () => {
  it('take shares of the grades given, without "don\'t know" and none, rounded down', async () => {
    const { manifest } = await aCampaign();
    expect(sharesOf(counts(1, 1, 0, 1, 0), manifest.scale)).toEqual({
      answers: 3,
      passBasisPoints: 6_666,
      badBasisPoints: 3_333,
    });
    expect(sharesOf(counts(0, 0, 0, 0, 0), manifest.scale)).toEqual({
      answers: 0,
      passBasisPoints: null,
      badBasisPoints: null,
    });
  });

  it('are below the line exactly when the share is, and never without answers', async () => {
    const { manifest } = await aCampaign();
    const isBelow = (...grades: number[]): boolean => targetResult('police', counts(...grades), manifest).isBelowLine;
    expect(isBelow(80_000, 0, 0, 0, 20_000)).toBe(false);
    expect(isBelow(79_999, 0, 0, 0, 20_001)).toBe(true);
    expect(isBelow(0, 0, 0, 0, 0)).toBe(false);
  });

  it('follow the scale of the manifest', () => {
    const scale = { grades: 3, passGrades: [1, 2], badGrades: [3] };
    expect(sharesOf({ none: 0, grades: [1, 1, 2], dontKnow: 0 }, scale)).toMatchObject({
      passBasisPoints: 5_000,
      badBasisPoints: 5_000,
    });
  });

  it('are valid from the minimum turnout on, counted over all slots, and open nothing below it', async () => {
    const { manifest, manifestHash } = await aCampaign();
    const slotsHash = await hashSlots([aSlot()]);
    const closing = async (cast: number, added = 0) =>
      makeClosingDigest({
        campaignId: 'campaign-1',
        manifestHash,
        hashes: Array.from({ length: cast + 1 }, (_, index) => index.toString(16).padStart(64, '0')),
        replaced: 1,
        addedSlots: [{ organisationId: 'organisation-1', slotCount: added, slotsHash }],
      });
    expect(turnoutOf(manifest, await closing(24))).toEqual({
      slots: 40,
      cast: 24,
      turnoutBasisPoints: 6_000,
      isValid: true,
    });
    expect(turnoutOf(manifest, await closing(23))).toMatchObject({ turnoutBasisPoints: 5_750, isValid: false });
    expect(turnoutOf(manifest, await closing(24, 1))).toMatchObject({ slots: 41, isValid: false });
    const targets = [targetResult('police', counts(1, 0, 0, 0, 1), manifest)];
    expect(targetsBelowLine({ turnout: turnoutOf(manifest, await closing(24)), targets })).toEqual(['police']);
    expect(targetsBelowLine({ turnout: turnoutOf(manifest, await closing(23)), targets })).toEqual([]);
  });
});
