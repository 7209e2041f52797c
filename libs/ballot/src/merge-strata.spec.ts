import fc from 'fast-check';
import { countersOf } from '../test/builders.js';
import { isUnanimous } from './answer-counts.js';
import { mergeStrata } from './merge-strata.js';
import type { Crossing, MergedStratum } from './merge-strata.js';

function crossing(answers: readonly number[]): Crossing {
  return { ballots: answers.length, counters: countersOf(answers) };
}

/** So many ballots that do not agree. */
function mixed(ballots: number): Crossing {
  return crossing(Array.from({ length: ballots }, (_, index) => 1 + (index % 5)));
}

function merge(names: readonly string[], ...cells: Crossing[][]): string[] {
  return shapes(mergeStrata(names, cells, 5));
}

function shapes(strata: readonly MergedStratum[]): string[] {
  return strata.map(({ stratum, merges, ballots }) => `${stratum} = ${merges.join(' ')} (${ballots})`);
}

const names = ['HEAD', 'MODEL', 'OTHER'];

describe('strata of the electorate', () => {
  it('stay as they are when each is large and lies across the cells', () => {
    expect(merge(names, [mixed(30), mixed(40), mixed(50)], [mixed(30), mixed(30), mixed(30)])).toEqual([
      'HEAD = HEAD (60)',
      'MODEL = MODEL (70)',
      'OTHER = OTHER (80)',
    ]);
  });

  it('go into OTHER when they are too small, and with it to the smallest where that is too small as well', () => {
    expect(merge(names, [mixed(4), mixed(40), mixed(50)])).toEqual(['MODEL = MODEL (40)', 'OTHER = HEAD OTHER (54)']);
    expect(merge(names, [mixed(1), mixed(40), mixed(2)])).toEqual(['OTHER = HEAD MODEL OTHER (43)']);
    expect(merge(['A', 'B', 'C', 'OTHER'], [mixed(1), mixed(40), mixed(30), mixed(0)])).toEqual([
      'B = B (40)',
      'OTHER = A C OTHER (31)',
    ]);
  });

  it('have no OTHER where everybody has a stratum', () => {
    expect(merge(names, [mixed(30), mixed(40), mixed(0)])).toEqual(['HEAD = HEAD (30)', 'MODEL = MODEL (40)']);
  });

  it('are merged when a few agree', () => {
    expect(merge(names, [crossing([2, 2, 2, 2, 2, 2]), mixed(40), mixed(50)])).toEqual([
      'MODEL = MODEL (40)',
      'OTHER = HEAD OTHER (56)',
    ]);
  });

  it('are merged when a stratum is nearly the same people as a cell', () => {
    // Cell 1 less HEAD would be the vote of its two others, who are known by name.
    expect(merge(['HEAD', 'OTHER'], [mixed(30), mixed(2)], [mixed(0), mixed(30)])).toEqual(['OTHER = HEAD OTHER (62)']);
    // One on either side: the difference tells both where they do not agree.
    expect(merge(['HEAD', 'OTHER'], [mixed(30), mixed(1)], [mixed(1), mixed(30)])).toEqual(['OTHER = HEAD OTHER (62)']);
    // Exactly the same people: subtraction leaves nobody.
    expect(merge(['HEAD', 'OTHER'], [mixed(30), mixed(0)], [mixed(0), mixed(30)])).toHaveLength(2);
    // Eight are left, who do not agree; then eight who do.
    expect(merge(['HEAD', 'OTHER'], [mixed(30), mixed(8)], [mixed(0), mixed(30)])).toHaveLength(2);
    const agreeing = crossing(new Array<number>(8).fill(5));
    expect(merge(['HEAD', 'OTHER'], [mixed(30), agreeing], [mixed(0), mixed(30)])).toHaveLength(1);
  });

  it('tell of nobody by any difference between the two tables', () => {
    const answers = fc.array(fc.constantFrom(0, 1, 2, 5, 6), { maxLength: 14 });
    const grid = fc.array(fc.array(answers, { minLength: 4, maxLength: 4 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(grid, fc.integer({ min: 2, max: 6 }), (rows, minimumCell) => {
        // As after the merging of cells: what may not stand alone is no cell.
        const crossings = rows
          .map((row) => row.map(crossing))
          .filter(
            (row, _, all) =>
              all.length === 1 ||
              standsAlone(
                row.map((part) => part),
                minimumCell,
              ),
          );
        if (crossings.length === 0) return;
        const strata = mergeStrata(['A', 'B', 'C', 'OTHER'], crossings, minimumCell);
        const namesOf = strata.map(({ merges }) => merges.map((name) => ['A', 'B', 'C', 'OTHER'].indexOf(name)));
        if (strata.length === 1) return;
        for (let cellMask = 0; cellMask < 2 ** crossings.length; cellMask += 1) {
          for (let stratumMask = 0; stratumMask < 2 ** strata.length; stratumMask += 1) {
            const onlyInCells: Crossing[] = [];
            const onlyInStrata: Crossing[] = [];
            for (const [cell, row] of crossings.entries()) {
              for (const [stratum, members] of namesOf.entries()) {
                const inCells = (cellMask & (1 << cell)) !== 0;
                const inStrata = (stratumMask & (1 << stratum)) !== 0;
                const parts = members.map((index) => row[index]!);
                if (inCells && !inStrata) onlyInCells.push(...parts);
                if (!inCells && inStrata) onlyInStrata.push(...parts);
              }
            }
            const left = ballotsOf(onlyInCells) + ballotsOf(onlyInStrata);
            if (left === 0) continue;
            expect(left).toBeGreaterThanOrEqual(minimumCell);
            if (left >= 20) continue;
            expect(crossings.length > 1 && hasUnanimous(onlyInCells)).toBe(false);
            expect(crossings.length > 1 && hasUnanimous(onlyInStrata)).toBe(false);
          }
        }
      }),
      { numRuns: 600 },
    );
  });
});

function ballotsOf(parts: readonly Crossing[]): number {
  return parts.reduce((sum, { ballots }) => sum + ballots, 0);
}

function sumOf(parts: readonly Crossing[]): Uint32Array {
  const sum = new Uint32Array(7);
  for (const { counters } of parts) for (const [index, count] of counters.entries()) sum[index]! += count;
  return sum;
}

function hasUnanimous(parts: readonly Crossing[]): boolean {
  return ballotsOf(parts) > 0 && isUnanimous(sumOf(parts));
}

function standsAlone(parts: readonly Crossing[], minimumCell: number): boolean {
  return ballotsOf(parts) >= minimumCell && (ballotsOf(parts) >= 20 || !isUnanimous(sumOf(parts)));
}
