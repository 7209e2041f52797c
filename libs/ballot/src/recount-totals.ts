import type { CheckedBoard } from './checked-board.js';

/** Holds the totals against the closing digest and gives the number of counted ballots; null where the line is missing. */
export async function recountTotals(board: CheckedBoard): Promise<number | null> {
  const line = await board.reader.take('totals');
  const place = board.here();
  if (line === null) {
    board.missing('totals', 'totals', '合计');
    return null;
  }
  const { closing, manifest } = board;
  const { accepted, replaced, spoiled, counted } = line;
  board.expect(place, 'count', accepted, closing.accepted, 'The number of accepted ballots', '收到的选票数');
  board.expect(place, 'count', replaced, closing.replaced, 'The number of replaced ballots', '被替换的选票数');
  board.expect(
    place,
    'count',
    counted + replaced + spoiled,
    closing.accepted,
    'Counted, replaced and spoiled ballots together',
    '计入、被替换与废票之和',
  );
  if (counted < manifest.minimumCell) {
    board.report(
      'count',
      place,
      'Fewer ballots count than the minimum cell: such a campaign has no result.',
      '计入的选票少于最小单元，此类评议不得公布结果。',
    );
  }
  return counted;
}
