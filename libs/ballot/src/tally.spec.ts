import fc from 'fast-check';
import { aCampaign, aSlot } from '../test/builders.js';
import type { Campaign } from '../test/builders.js';
import { BallotGatherer, Tally, makeClosingDigest } from './index.js';
import type { BallotColumns, ClosingDigest, Manifest, TallyBallot, TallyOutcome } from './index.js';

let campaign: Campaign;

beforeAll(async () => {
  campaign = await aCampaign();
});

function closingOf(cast: number): Promise<ClosingDigest> {
  const hashes = Array.from({ length: cast }, (_, index) => index.toString(16).padStart(64, '0'));
  return makeClosingDigest({ campaignId: 'campaign-1', manifestHash: campaign.manifestHash, hashes, replaced: 0 });
}

function gathered(ballots: readonly TallyBallot[], manifest: Manifest = campaign.manifest): BallotColumns {
  const gatherer = new BallotGatherer(manifest, ballots.length + 1);
  for (const ballot of ballots) gatherer.add(ballot);
  return gatherer.take();
}

async function outcomeOf(
  ballots: readonly TallyBallot[],
  manifest: Manifest = campaign.manifest,
): Promise<TallyOutcome> {
  const tally = new Tally(manifest);
  tally.add(gathered(ballots, manifest));
  const end = tally.finish(await closingOf(ballots.length));
  if (end.kind !== 'tallied') throw new Error(end.kind);
  return end;
}

/** Everything an outcome says, as plain data. */
function written(outcome: TallyOutcome): unknown {
  const targets = [...campaign.manifest.targetIds.keys()];
  return {
    ...outcome,
    cellCounts: targets.map((target) => outcome.cells.map((_, cell) => outcome.cellCounts(target, cell))),
    stratumCounts: targets.map((target) => outcome.strata.map((_, stratum) => outcome.stratumCounts(target, stratum))),
    ratings: targets.map((target) => outcome.cells.map((_, cell) => outcome.ratings(target, cell))),
  };
}

const anEmptyBallot: TallyBallot = {
  organisationId: 'organisation-1',
  stratum: 'OTHER',
  grades: new Uint8Array(3),
  codes: new Uint8Array(24),
};

const aBallot: fc.Arbitrary<TallyBallot> = fc.record({
  organisationId: fc.constantFrom('organisation-1', 'organisation-1.1', 'organisation-1.2', 'organisation-1.3'),
  stratum: fc.constantFrom('MODEL_WORKER', 'MIGRANT_WORKER', 'OTHER'),
  grades: fc.uint8Array({ minLength: 3, maxLength: 3, max: 6 }),
  // Few values, so that equal codes come up as well.
  codes: fc.uint8Array({ minLength: 24, maxLength: 24, min: 1, max: 2 }),
});

describe('the tally', () => {
  it('gives the same whatever the order of the ballots', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc
          .array(aBallot, { minLength: 5, maxLength: 40 })
          .chain((ballots) =>
            fc.tuple(fc.constant(ballots), fc.shuffledSubarray(ballots, { minLength: ballots.length })),
          ),
        async ([ballots, shuffled]) => {
          expect(written(await outcomeOf(shuffled))).toEqual(written(await outcomeOf(ballots)));
        },
      ),
    );
  });

  it('publishes two tables whose sums are the results, and lists that hold every rating once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(aBallot, { minLength: 5, maxLength: 60 }), async (ballots) => {
        const outcome = await outcomeOf(ballots);
        const targets = [...campaign.manifest.targetIds.keys()];
        const { cells, strata } = outcome;
        for (const target of targets) {
          const naive = { none: 0, grades: [0, 0, 0, 0, 0], dontKnow: 0 };
          for (const { grades } of ballots) {
            const answer = grades[target]!;
            if (answer === 0) naive.none += 1;
            else if (answer === 6) naive.dontKnow += 1;
            else naive.grades[answer - 1]! += 1;
          }
          expect(outcome.results.targets[target]!.counts).toEqual(naive);
          const sums = [
            cells.map((_, cell) => outcome.cellCounts(target, cell)),
            strata.map((_, stratum) => outcome.stratumCounts(target, stratum)),
          ].map((table) => ({
            none: table.reduce((sum, counts) => sum + counts.none, 0),
            grades: naive.grades.map((_, grade) => table.reduce((sum, counts) => sum + counts.grades[grade]!, 0)),
            dontKnow: table.reduce((sum, counts) => sum + counts.dontKnow, 0),
          }));
          expect(sums).toEqual([naive, naive]);
          const rating = (grade: number, codes: Uint8Array, from: number): string =>
            `${codes.subarray(from, from + 8).join()}=${grade}`;
          const listed = cells.flatMap((_, cell) => {
            const { grades, codes } = outcome.ratings(target, cell);
            const list = Array.from(grades, (grade, index) => rating(grade, codes, index * 8));
            expect(list).toEqual([...list].sort());
            return list;
          });
          const cast = ballots.map(({ grades, codes }) => rating(grades[target]!, codes, target * 8));
          expect(listed.sort()).toEqual(cast.sort());
        }
      }),
    );
  });

  it('counts turnout by cell over the slots of its organisations', async () => {
    const ballots = Array.from({ length: 12 }, (_, index): TallyBallot => {
      const grades = Uint8Array.of(1 + (index % 5), 1 + ((index + 1) % 5), 6 - (index % 2));
      const organisationId = index < 10 ? 'organisation-1.1' : 'organisation-1.2';
      return { organisationId, stratum: 'OTHER', grades, codes: new Uint8Array(24).fill(index + 1) };
    });
    expect((await outcomeOf(ballots)).cells).toEqual([
      {
        cellId: '1+',
        organisationId: 'organisation-1',
        organisationIds: ['organisation-1', 'organisation-1.1', 'organisation-1.2', 'organisation-1.3'],
        slots: 40,
        ballots: 12,
      },
    ]);
  });

  it('ends without result where fewer than the minimum cell count', async () => {
    const gatherer = new BallotGatherer(campaign.manifest, 10);
    for (let index = 0; index < 4; index += 1) gatherer.add(anEmptyBallot);
    gatherer.addSpoiled();
    const tally = new Tally(campaign.manifest);
    tally.add(gatherer.take());
    expect(tally.finish(await closingOf(5))).toEqual({ kind: 'tooFewBallots', counted: 4, spoiled: 1 });
  });

  it('refuses a ballot of nowhere, ballots of another manifest, and an end with other numbers than were sealed', async () => {
    const gatherer = new BallotGatherer(campaign.manifest, 1);
    const refused = [
      { organisationId: aSlot() },
      { stratum: 'CHAIR' },
      { grades: new Uint8Array(4) },
      { codes: new Uint8Array() },
    ];
    for (const change of refused) expect(() => gatherer.add({ ...anEmptyBallot, ...change })).toThrow(RangeError);
    gatherer.add(anEmptyBallot);
    expect(gatherer.isFull).toBe(true);
    expect(() => gatherer.add(anEmptyBallot)).toThrow(/No more than 1/);
    const tally = new Tally({ ...campaign.manifest, codes: false });
    expect(() => tally.add(gatherer.take())).toThrow(RangeError);
    const closing = await closingOf(1);
    expect(() => tally.finish(closing)).toThrow(/Sealed were 1/);
  });

  it('gives the same for ballots that come in parts, also beyond one block of memory', async () => {
    const manifest = { ...campaign.manifest, codes: false };
    const ballots = Array.from({ length: 20_000 }, (_, index): TallyBallot => {
      const grades = Uint8Array.of(index % 7, (index >> 3) % 7, 1);
      return { organisationId: 'organisation-1', stratum: 'OTHER', grades, codes: new Uint8Array() };
    });
    const tally = new Tally(manifest);
    for (const [from, to] of [
      [0, 1],
      [1, 9_000],
      [9_000, 9_000],
      [9_000, 20_000],
    ]) {
      tally.add(gathered(ballots.slice(from, to), manifest));
    }
    const end = tally.finish(await closingOf(20_000));
    if (end.kind !== 'tallied') throw new Error(end.kind);
    expect(end.results.targets[2]!.counts).toEqual({ none: 0, grades: [20_000, 0, 0, 0, 0], dontKnow: 0 });
    const { grades, codes } = end.ratings(0, 0);
    expect(grades).toEqual(grades.toSorted());
    expect([grades.length, codes.length]).toEqual([20_000, 0]);
  });
});
