import { parseBoardLine } from './board-line.js';
import type { BoardLine } from './board-line.js';
import type { RecountProblems } from './recount-problem.js';

export type LineOf<Kind extends BoardLine['kind']> = Extract<BoardLine, { kind: Kind }>;

/** Reads a board line by line, one ahead. Lines that are none are reported and passed over. */
export class BoardReader {
  private readonly lines: AsyncIterator<string> | Iterator<string>;
  private ahead: BoardLine | null | undefined;
  private aheadNumber = 0;

  constructor(
    lines: AsyncIterable<string> | Iterable<string>,
    private readonly problems: RecountProblems,
  ) {
    this.lines = Symbol.asyncIterator in lines ? lines[Symbol.asyncIterator]() : lines[Symbol.iterator]();
  }

  /** Number of the line that `peek` gives, from 1. */
  get lineNumber(): number {
    return this.aheadNumber;
  }

  /** The next line without taking it; null at the end. */
  async peek(): Promise<BoardLine | null> {
    while (this.ahead === undefined) {
      const next = await this.lines.next();
      if (next.done === true) {
        this.ahead = null;
        break;
      }
      this.aheadNumber += 1;
      const line = parseBoardLine(next.value.endsWith('\n') ? next.value.slice(0, -1) : next.value);
      if (line !== null) this.ahead = line;
      else {
        this.problems.report(
          'line',
          { line: this.aheadNumber },
          'This is not a line of a board, or it is not spelled canonically.',
          '该行不是公示板的有效行，或书写格式不规范。',
        );
      }
    }
    return this.ahead;
  }

  /** Takes the next line. */
  skip(): void {
    this.ahead = undefined;
  }

  /** Takes the next line if it is of this kind. */
  async take<Kind extends BoardLine['kind']>(kind: Kind): Promise<LineOf<Kind> | null> {
    const line = await this.peek();
    if (line?.kind !== kind) return null;
    this.skip();
    return line as LineOf<Kind>;
  }
}
