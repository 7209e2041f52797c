import { ANSWER_KINDS, answerCounts, emptyCounters } from './answer-counts.js';
import type { AnswerCounts } from './answer-counts.js';
import { DONT_KNOW, NO_ANSWER } from './ballot-codec.js';
import { RATINGS_PER_LINE } from './board-line.js';
import type { LineOf } from './board-reader.js';
import { checkCounts } from './check-counts.js';
import type { CheckedBoard } from './checked-board.js';
import type { OrderedLines } from './ordered-lines.js';
import type { RatingCounter } from './rating-counter.js';
import type { RecountedCell } from './recount-cells.js';
import type { RecountedStratum } from './recount-strata.js';
import type { BoardPlace } from './recount-problem.js';
import { targetResult } from './results.js';
import type { TargetResult } from './results.js';

/** What a target is recounted from. */
export interface TargetSources {
  readonly board: CheckedBoard;
  readonly lines: OrderedLines;
  readonly ratings: RatingCounter;
  readonly cells: readonly RecountedCell[];
  readonly strata: readonly RecountedStratum[];
}

/** Counts one target anew from its lists and holds its figures by cell, by stratum and as a whole against that. */
export async function recountTarget(sources: TargetSources, targetIndex: number): Promise<TargetResult> {
  const { board, lines, cells } = sources;
  const target = board.manifest.targetIds[targetIndex] ?? '';
  for (const [index, cell] of cells.entries()) await recountCell(sources, targetIndex, target, index, cell);
  const total = emptyCounters(board.manifest);
  for (const { counters } of cells) addTarget(total, counters, targetIndex);
  await recountStratumCounts(sources, targetIndex, target, total);

  const result = targetResult(target, countsOf(board, total, targetIndex), board.manifest);
  const line = await lines.takeResult(targetIndex);
  if (line === null) board.missing('result', 'result', '结果', { target });
  else checkResult(board, { ...board.here(), target }, line, result);
  return result;
}

async function recountCell(
  { board, lines, ratings }: TargetSources,
  targetIndex: number,
  target: string,
  cellIndex: number,
  { cell, ballots, counters }: RecountedCell,
): Promise<void> {
  for (let from = 0; from < ballots; from += RATINGS_PER_LINE) {
    const line = await lines.takeRatings(targetIndex, cellIndex, from);
    if (line === null) board.missing(`ratings from ${from + 1}`, 'ratings', '评分', { target, cell });
    else ratings.add(line, Math.min(RATINGS_PER_LINE, ballots - from), targetIndex, counters);
  }
  const line = await lines.takeCellCounts(targetIndex, cellIndex);
  if (line === null) board.missing('figures', 'cellCounts', '统计数', { target, cell });
  else checkCounts(board, { ...board.here(), target, cell }, line.counts, countsOf(board, counters, targetIndex));
}

/** Strata have no lists: each has as many answers as ballots, and together they are what the lists give. */
async function recountStratumCounts(
  { board, lines, strata }: TargetSources,
  targetIndex: number,
  target: string,
  total: Uint32Array,
): Promise<void> {
  const sum = emptyCounters(board.manifest);
  let isComplete = true;
  for (const [index, { stratum, ballots, counters }] of strata.entries()) {
    const line = await lines.takeStratumCounts(targetIndex, index);
    if (line === null) {
      isComplete = false;
      board.missing('figures', 'stratumCounts', '统计数', { target, stratum });
      continue;
    }
    const place = { ...board.here(), target, stratum };
    const { none, grades, dontKnow } = line.counts;
    counters.set([none, ...grades], targetIndex * ANSWER_KINDS);
    counters[targetIndex * ANSWER_KINDS + DONT_KNOW] = dontKnow;
    board.expect(place, 'figure', grades.length, board.manifest.scale.grades, 'The number of grades', '等级数');
    const answers = none + dontKnow + grades.reduce((all, count) => all + count, 0);
    board.expect(place, 'figure', answers, ballots, 'The sum of the figures', '统计数之和');
    addTarget(sum, counters, targetIndex);
  }
  // Named by target only: the sums do not tell which stratum is wrong.
  if (!isComplete) return;
  const place = { ...board.here(), target };
  checkCounts(board, place, countsOf(board, sum, targetIndex), countsOf(board, total, targetIndex), {
    en: ' over all strata',
    zh: '（各类别合计）',
  });
}

function checkResult(board: CheckedBoard, place: BoardPlace, line: LineOf<'result'>, result: TargetResult): void {
  checkCounts(board, place, line.counts, result.counts);
  board.expect(place, 'figure', line.answers, result.answers, 'The number of grades given', '有效评分数');
  board.expect(place, 'figure', line.passBasisPoints, result.passBasisPoints, 'The passing share', '合格率（万分比）');
  board.expect(place, 'figure', line.badBasisPoints, result.badBasisPoints, 'The bad share', '差评率（万分比）');
  board.expect(place, 'figure', line.isBelowLine, result.isBelowLine, 'Whether it is below the line', '是否低于合格线');
}

function countsOf(board: CheckedBoard, counters: Uint32Array, targetIndex: number): AnswerCounts {
  return answerCounts(counters, targetIndex, board.manifest.scale.grades);
}

function addTarget(sum: Uint32Array, counters: Uint32Array, targetIndex: number): void {
  for (let answer = NO_ANSWER; answer < ANSWER_KINDS; answer += 1) {
    const at = targetIndex * ANSWER_KINDS + answer;
    sum[at] = (sum[at] ?? 0) + (counters[at] ?? 0);
  }
}
