import type { CheckedBoard } from './checked-board.js';
import type { OrderedLines } from './ordered-lines.js';
import { turnoutOf } from './results.js';
import type { Turnout } from './results.js';

/** Computes turnout from manifest and closing digest, and holds the published one against it. */
export async function recountTurnout(board: CheckedBoard, lines: OrderedLines): Promise<Turnout> {
  const turnout = turnoutOf(board.manifest, board.closing);
  const line = await lines.takeTurnout();
  if (line === null) {
    board.missing('turnout', 'turnout', '参评率');
    return turnout;
  }
  const place = board.here();
  board.expect(place, 'figure', line.slots, turnout.slots, 'The number of slots', '名额数');
  board.expect(place, 'figure', line.cast, turnout.cast, 'The number of members who took part', '参评人数');
  board.expect(place, 'figure', line.turnoutBasisPoints, turnout.turnoutBasisPoints, 'Turnout', '参评率（万分比）');
  board.expect(place, 'figure', line.isValid, turnout.isValid, 'Whether the result is valid', '结果是否有效');
  return turnout;
}
