import { mayStandAlone } from './answer-counts.js';
import type { CheckedBoard } from './checked-board.js';
import type { RecountedCell } from './recount-cells.js';
import type { RecountedStratum } from './recount-strata.js';
import type { BoardPlace } from './recount-problem.js';

/**
 * Reports what may not be published by itself; to be asked when all targets are counted. A board of one cell has nothing
 * left to merge it with.
 */
export function checkSizes(
  board: CheckedBoard,
  cells: readonly RecountedCell[],
  strata: readonly RecountedStratum[],
): void {
  const check = (kind: 'cells' | 'strata', place: BoardPlace, ballots: number, counters: Uint32Array): void => {
    if (mayStandAlone(ballots, counters, board.manifest.minimumCell)) return;
    board.report(
      kind,
      place,
      'It is too small to be published by itself, or is small and unanimous.',
      '该部分人数过少，或人数较少且意见一致，不得单独公布。',
    );
  };
  if (cells.length > 1) {
    for (const { cell, ballots, counters } of cells) check('cells', { line: null, cell }, ballots, counters);
  }
  if (strata.length > 1) {
    for (const { stratum, ballots, counters } of strata) check('strata', { line: null, stratum }, ballots, counters);
  }
}
