import { emptyCounters } from './answer-counts.js';
import type { LineOf } from './board-reader.js';
import type { CheckedBoard } from './checked-board.js';
import { commonPath } from './merge-cells.js';
import { cellIdOf, slotsByOrganisation } from './tally.js';

/** A cell of the board. */
export interface RecountedCell {
  readonly cell: string;
  readonly ballots: number;
  /** Filled from the lists of its ratings, target by target. */
  readonly counters: Uint32Array;
}

type CellPlace = Readonly<{ line: number; cell: string }>;

/** Reads the cells: together they are the manifest's organisations, each once, and their ballots those that count. */
export async function recountCells(board: CheckedBoard, counted: number | null): Promise<readonly RecountedCell[]> {
  const cells: RecountedCell[] = [];
  const electorate = new Electorate(board);
  for (;;) {
    const line = await board.reader.take('cell');
    if (line === null) break;
    electorate.place(line);
    cells.push({ cell: line.cell, ballots: line.ballots, counters: emptyCounters(board.manifest) });
  }
  electorate.checkAllPlaced();
  board.expectSum(board.here(), cells, counted, 'The ballots of all cells', '各单元选票之和');
  return cells;
}

/** The manifest's organisations as cells take them up. */
class Electorate {
  private readonly slots: ReadonlyMap<string, number>;
  private readonly pathOf: ReadonlyMap<string, string>;
  private readonly organisationAt: ReadonlyMap<string, string>;
  private readonly position: ReadonlyMap<string, number>;
  private readonly placed = new Set<string>();
  private positionBefore = -1;

  constructor(private readonly board: CheckedBoard) {
    const { organisations } = board.manifest;
    this.slots = slotsByOrganisation(board.manifest, board.closing);
    this.pathOf = new Map(organisations.map(({ organisationId, path }) => [organisationId, path]));
    this.organisationAt = new Map(organisations.map(({ path, organisationId }) => [path, organisationId]));
    this.position = new Map(organisations.map(({ organisationId }, index) => [organisationId, index]));
  }

  place(line: LineOf<'cell'>): void {
    const place = { ...this.board.here(), cell: line.cell };
    this.checkPlacedOnce(place, line);
    this.checkName(place, line);
    const slotCount = line.organisationIds.reduce((sum, id) => sum + (this.slots.get(id) ?? 0), 0);
    this.board.expect(place, 'count', line.slots, slotCount, 'The number of slots', '名额数');
    const position = this.position.get(line.organisationIds[0] ?? '') ?? -1;
    if (position <= this.positionBefore) {
      this.board.report('cells', place, 'The cell is out of order.', '单元顺序错误。');
    }
    this.positionBefore = position;
  }

  checkAllPlaced(): void {
    const missing = this.board.manifest.organisations.filter(({ organisationId }) => !this.placed.has(organisationId));
    if (missing.length === 0) return;
    const names = missing
      .slice(0, 3)
      .map(({ organisationId }) => organisationId)
      .join(', ');
    this.board.report(
      'cells',
      this.board.here(),
      `${missing.length} organisations are in no cell: ${names}.`,
      `有 ${missing.length} 个组织不在任何单元中：${names}。`,
    );
  }

  private checkPlacedOnce(place: CellPlace, line: LineOf<'cell'>): void {
    for (const organisationId of line.organisationIds) {
      if (!this.pathOf.has(organisationId) || this.placed.has(organisationId)) {
        this.board.report(
          'cells',
          place,
          `Organisation ${organisationId} is not in the manifest, or stands in two cells.`,
          `组织 ${organisationId} 不在投票说明书中，或出现在两个单元中。`,
        );
      }
      this.placed.add(organisationId);
    }
  }

  private checkName(place: CellPlace, { cell, organisationId, organisationIds }: LineOf<'cell'>): void {
    const path = commonPath(organisationIds.map((id) => this.pathOf.get(id) ?? ''));
    const cellId = cellIdOf(path, organisationIds.length);
    this.board.expect(place, 'cells', cell, cellId, 'The name of the cell', '单元名称');
    const expected = this.organisationAt.get(path) ?? '';
    this.board.expect(place, 'cells', organisationId, expected, 'The organisation of the cell', '单元所属组织');
  }
}
