import fc from 'fast-check';
import { countersOf } from '../test/builders.js';
import { isUnanimous } from './answer-counts.js';
import { comparePaths } from './manifest.js';
import { mergeCells } from './merge-cells.js';
import type { CellLeaf, MergedCell } from './merge-cells.js';

function leaf(path: string, answers: readonly number[]): CellLeaf {
  return { path, ballots: answers.length, counters: countersOf(answers) };
}

/** So many ballots that do not agree. */
function mixed(path: string, ballots: number): CellLeaf {
  return leaf(
    path,
    Array.from({ length: ballots }, (_, index) => 1 + (index % 5)),
  );
}

function shapes(cells: readonly MergedCell[], leaves: readonly CellLeaf[]): string[] {
  return cells.map(
    ({ path, members, ballots }) => `${path} = ${members.map((at) => leaves[at]!.path).join(' ')} (${ballots})`,
  );
}

function merge(...leaves: CellLeaf[]): string[] {
  return shapes(mergeCells(leaves, 5), leaves);
}

/** A random tree in tree order with random ballots over two targets. */
const aTree = fc
  .array(
    fc.record({
      parent: fc.nat(),
      answers: fc.array(fc.tuple(fc.nat({ max: 6 }), fc.nat({ max: 6 })), { maxLength: 24 }),
    }),
    {
      minLength: 1,
      maxLength: 14,
    },
  )
  .map((nodes) => {
    const paths: string[] = [];
    for (const [index, { parent }] of nodes.entries()) {
      paths.push(index === 0 ? '1' : `${paths[parent % index]}.${index}`);
    }
    return nodes
      .map(({ answers }, index) => ({
        path: paths[index]!,
        ballots: answers.length,
        counters: countersOf(
          answers.map(([first]) => first),
          answers.map(([, second]) => second),
        ),
      }))
      .sort((left, right) => comparePaths(left.path, right.path));
  });

describe('cells of the electorate', () => {
  it('stay as they are when each is large enough', () => {
    expect(merge(mixed('1', 5), mixed('1.1', 7), mixed('1.2', 20))).toEqual([
      '1 = 1 (5)',
      '1.1 = 1.1 (7)',
      '1.2 = 1.2 (20)',
    ]);
  });

  it('are merged upwards with other small ones', () => {
    expect(merge(mixed('1', 0), mixed('1.1', 3), mixed('1.2', 30), mixed('1.3', 4))).toEqual([
      '1 = 1 1.1 1.3 (7)',
      '1.2 = 1.2 (30)',
    ]);
  });

  it('do not leave one small sibling to be found by subtraction', () => {
    expect(merge(mixed('1', 0), mixed('1.1', 30), mixed('1.2', 3))).toEqual(['1 = 1 1.1 1.2 (33)']);
  });

  it('join a small rest with the nearest cell, not with the smallest of all', () => {
    expect(
      merge(mixed('1', 0), mixed('1.1', 0), mixed('1.1.1', 30), mixed('1.1.2', 2), mixed('1.2', 0), mixed('1.2.1', 6)),
    ).toEqual(['1 = 1 1.1 1.1.2 1.2 1.2.1 (8)', '1.1.1 = 1.1.1 (30)']);
    // With an own group at the top the rest never has to look for company.
    expect(
      merge(mixed('1', 9), mixed('1.1', 9), mixed('1.1.1', 30), mixed('1.1.2', 2), mixed('1.2', 9), mixed('1.2.1', 6)),
    ).toEqual(['1 = 1 (9)', '1.1 = 1.1 1.1.2 (11)', '1.1.1 = 1.1.1 (30)', '1.2 = 1.2 (9)', '1.2.1 = 1.2.1 (6)']);
  });

  it('are merged when fewer than twenty agree, for that tells how each voted', () => {
    const agreeing = (count: number): number[] => new Array<number>(count).fill(5);
    expect(merge(mixed('1', 5), leaf('1.1', agreeing(19)), mixed('1.2', 6))).toEqual([
      '1 = 1 1.1 (24)',
      '1.2 = 1.2 (6)',
    ]);
    expect(merge(mixed('1', 5), leaf('1.1', agreeing(20)))).toEqual(['1 = 1 (5)', '1.1 = 1.1 (20)']);
    // Who did not answer does not hide the others.
    expect(merge(mixed('1', 30), leaf('1.1', [...agreeing(6), 0, 0]))).toEqual(['1 = 1 1.1 (38)']);
    // Nobody answered: nothing to tell.
    expect(merge(mixed('1', 30), leaf('1.1', [0, 0, 0, 0, 0]))).toEqual(['1 = 1 (30)', '1.1 = 1.1 (5)']);
  });

  it('are one cell where the whole electorate is small and agrees', () => {
    expect(merge(leaf('1', [1, 1]), leaf('1.1', [1, 1, 1]))).toEqual(['1 = 1 1.1 (5)']);
  });

  it('divide the electorate, and none is too small or small and unanimous unless it is the only one', () => {
    fc.assert(
      fc.property(aTree, fc.integer({ min: 2, max: 7 }), (leaves, minimumCell) => {
        const cells = mergeCells(leaves, minimumCell);
        const members = cells.flatMap((cell) => cell.members).sort((left, right) => left - right);
        expect(members).toEqual([...leaves.keys()]);
        for (const cell of cells) {
          const own = cell.members.map((index) => leaves[index]!);
          expect(cell.ballots).toBe(own.reduce((sum, { ballots }) => sum + ballots, 0));
          for (const { path } of own) expect(`${path}.`.startsWith(`${cell.path}.`)).toBe(true);
          if (cells.length === 1) continue;
          expect(cell.ballots).toBeGreaterThanOrEqual(minimumCell);
          if (cell.ballots < 20) expect(isUnanimous(cell.counters)).toBe(false);
        }
        const names = cells.map((cell) => `${cell.path}${cell.members.length > 1 ? '+' : ''}`);
        expect(new Set(names).size).toBe(names.length);
      }),
      { numRuns: 1_000 },
    );
  });

  it('keep an organisation that may stand alone apart, save one that a small rest had to join', () => {
    fc.assert(
      fc.property(aTree, (leaves) => {
        const cells = mergeCells(leaves, 5);
        const may = ({ ballots, counters }: CellLeaf): boolean =>
          ballots >= 5 && (ballots >= 20 || !isUnanimous(counters));
        const swallowing = cells.filter(({ members }) => members.length > 1 && members.some((at) => may(leaves[at]!)));
        expect(swallowing.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 500 },
    );
  });
});
