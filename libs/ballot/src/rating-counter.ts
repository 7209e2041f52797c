import { ANSWER_KINDS } from './answer-counts.js';
import { DONT_KNOW } from './ballot-codec.js';
import type { LineOf } from './board-reader.js';
import type { CheckedBoard } from './checked-board.js';
import type { BoardPlace } from './recount-problem.js';

/** Counts the lists of ratings, line by line: sorted within a cell, on the scale, with codes only where they are on. */
export class RatingCounter {
  private lastRating = '';

  constructor(private readonly board: CheckedBoard) {}

  /** Adds the answers of one line to the counters of its cell. */
  add(line: LineOf<'ratings'>, expectedLength: number, targetIndex: number, counters: Uint32Array): void {
    const place = { ...this.board.here(), target: line.target, cell: line.cell };
    const { codes } = this.board.manifest;
    if ((line.ratings !== undefined) !== codes || (line.answers !== undefined) === codes) {
      this.board.report(
        'ratings',
        place,
        'Codes stand where they are off, or are missing.',
        '验证码开关与投票说明书不符。',
      );
      return;
    }
    const ratings = line.ratings ?? [...(line.answers ?? '')];
    this.board.expect(
      place,
      'ratings',
      ratings.length,
      expectedLength,
      'The number of ratings on this line',
      '本行评分数',
    );
    if (line.from === 0) this.lastRating = '';
    for (const [index, rating] of ratings.entries()) {
      const answer = Number(rating.at(-1));
      this.checkRating(place, line.from + index + 1, rating, answer);
      const counter = targetIndex * ANSWER_KINDS + answer;
      counters[counter] = (counters[counter] ?? 0) + 1;
    }
  }

  private checkRating(place: BoardPlace, number: number, rating: string, answer: number): void {
    if (rating < this.lastRating) {
      this.board.report(
        'ratings',
        place,
        `Rating ${number} (${rating}) is out of order.`,
        `第 ${number} 个评分（${rating}）顺序错误。`,
      );
    }
    this.lastRating = rating;
    if (answer > this.board.manifest.scale.grades && answer !== DONT_KNOW) {
      this.board.report(
        'ratings',
        place,
        `Rating ${number} (${rating}) is outside the scale.`,
        `第 ${number} 个评分（${rating}）超出等级范围。`,
      );
    }
  }
}
