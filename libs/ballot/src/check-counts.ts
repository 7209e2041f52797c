import type { AnswerCounts } from './answer-counts.js';
import type { CheckedBoard } from './checked-board.js';
import type { BilingualText, BoardPlace } from './recount-problem.js';

/** Holds published figures against counted ones, and names each that differs. */
export function checkCounts(
  board: CheckedBoard,
  place: BoardPlace,
  found: AnswerCounts,
  counted: AnswerCounts,
  suffix: BilingualText = { en: '', zh: '' },
): void {
  const names = ['none', ...counted.grades.map((_, index) => `grade ${index + 1}`), "don't know"];
  const namesZh = ['未评', ...counted.grades.map((_, index) => `第 ${index + 1} 等`), '不了解'];
  const foundCounts = [found.none, ...found.grades, found.dontKnow];
  board.expect(place, 'figure', found.grades.length, counted.grades.length, 'The number of grades', '等级数');
  for (const [index, count] of [counted.none, ...counted.grades, counted.dontKnow].entries()) {
    board.expect(
      place,
      'figure',
      foundCounts[index],
      count,
      `The figure of "${names[index] ?? ''}"${suffix.en}`,
      `“${namesZh[index] ?? ''}”的统计数${suffix.zh}`,
    );
  }
}
