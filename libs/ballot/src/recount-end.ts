import type { CheckedBoard } from './checked-board.js';
import type { OrderedLines } from './ordered-lines.js';

/** Reads the last line: it knows how many there are, and none follows it. */
export async function recountEnd(board: CheckedBoard, lines: OrderedLines): Promise<void> {
  const line = await lines.takeEnd();
  if (line === null) board.missing('end', 'end', '末行');
  else board.expect(board.here(), 'count', line.lines, board.reader.lineNumber, 'The number of lines', '总行数');
  await lines.expectNoMore();
}
