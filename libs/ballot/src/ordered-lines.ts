import type { BoardLine } from './board-line.js';
import type { LineOf } from './board-reader.js';
import type { CheckedBoard } from './checked-board.js';
import type { RecountedCell } from './recount-cells.js';
import type { RecountedStratum } from './recount-strata.js';

/** Where a line belongs: by target, then cells with their ratings and figures, then strata, then the result. */
type Slot = readonly [target: number, section: number, index: number, part: number];

const CELL_SECTION = 0;
const STRATUM_SECTION = 1;
const RESULT_SECTION = 2;
/** Figures of a cell come after its last rating. */
const AFTER_RATINGS = Number.MAX_SAFE_INTEGER;

/**
 * The lines after the strata, each taken from where it belongs, or null where it is missing. Lines that belong earlier,
 * or nowhere, are reported and passed over, so that one line too many or too few does not make all others wrong.
 */
export class OrderedLines {
  private readonly targetIndexes: ReadonlyMap<string, number>;
  private readonly cellIndexes: ReadonlyMap<string, number>;
  private readonly stratumIndexes: ReadonlyMap<string, number>;
  private readonly afterTargets: number;

  constructor(
    private readonly board: CheckedBoard,
    cells: readonly RecountedCell[],
    strata: readonly RecountedStratum[],
  ) {
    const { targetIds } = board.manifest;
    this.targetIndexes = new Map(targetIds.map((targetId, index) => [targetId, index]));
    this.cellIndexes = new Map(cells.map(({ cell }, index) => [cell, index]));
    this.stratumIndexes = new Map(strata.map(({ stratum }, index) => [stratum, index]));
    this.afterTargets = targetIds.length;
  }

  /** @param from number of the cell's ratings on earlier lines. */
  takeRatings(targetIndex: number, cellIndex: number, from: number): Promise<LineOf<'ratings'> | null> {
    return this.takeAt('ratings', [targetIndex, CELL_SECTION, cellIndex, from]);
  }

  takeCellCounts(targetIndex: number, cellIndex: number): Promise<LineOf<'cellCounts'> | null> {
    return this.takeAt('cellCounts', [targetIndex, CELL_SECTION, cellIndex, AFTER_RATINGS]);
  }

  takeStratumCounts(targetIndex: number, stratumIndex: number): Promise<LineOf<'stratumCounts'> | null> {
    return this.takeAt('stratumCounts', [targetIndex, STRATUM_SECTION, stratumIndex, 0]);
  }

  takeResult(targetIndex: number): Promise<LineOf<'result'> | null> {
    return this.takeAt('result', [targetIndex, RESULT_SECTION, 0, 0]);
  }

  takeTurnout(): Promise<LineOf<'turnout'> | null> {
    return this.takeAt('turnout', [this.afterTargets, 0, 0, 0]);
  }

  takeEnd(): Promise<LineOf<'end'> | null> {
    return this.takeAt('end', [this.afterTargets, 0, 0, 1]);
  }

  /** Reports and passes over whatever is left. */
  async expectNoMore(): Promise<void> {
    const { reader } = this.board;
    for (;;) {
      if ((await reader.peek()) === null) return;
      this.board.outOfPlace();
      reader.skip();
    }
  }

  private async takeAt<Kind extends BoardLine['kind']>(kind: Kind, slot: Slot): Promise<LineOf<Kind> | null> {
    const { reader } = this.board;
    for (;;) {
      const line = await reader.peek();
      if (line === null) return null;
      const found = this.slotOf(line);
      const order = found === null ? -1 : compareSlots(found, slot);
      if (order > 0) return null;
      if (order === 0 && line.kind === kind) {
        reader.skip();
        return line as LineOf<Kind>;
      }
      this.board.outOfPlace();
      reader.skip();
    }
  }

  private slotOf(line: BoardLine): Slot | null {
    if (line.kind === 'turnout') return [this.afterTargets, 0, 0, 0];
    if (line.kind === 'end') return [this.afterTargets, 0, 0, 1];
    if (!('target' in line)) return null;
    const target = this.targetIndexes.get(line.target);
    if (target === undefined) return null;
    if (line.kind === 'result') return [target, RESULT_SECTION, 0, 0];
    if (line.kind === 'stratumCounts') {
      const stratum = this.stratumIndexes.get(line.stratum);
      return stratum === undefined ? null : [target, STRATUM_SECTION, stratum, 0];
    }
    const cell = this.cellIndexes.get(line.cell);
    if (cell === undefined) return null;
    return [target, CELL_SECTION, cell, line.kind === 'ratings' ? line.from : AFTER_RATINGS];
  }
}

function compareSlots(left: Slot, right: Slot): number {
  for (const [index, value] of left.entries()) {
    const difference = value - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
