import type { BoardLine } from './board-line.js';
import type { BoardReader } from './board-reader.js';
import type { ClosingDigest } from './closing-digest.js';
import type { Manifest } from './manifest.js';
import type { BoardHeader } from './read-board-header.js';
import type { BoardPlace, Figure, RecountProblemKind, RecountProblems } from './recount-problem.js';

/** A board while it is recounted: what its header promises, the line being read, and what does not hold there. */
export class CheckedBoard {
  readonly manifest: Manifest;
  readonly closing: ClosingDigest;

  constructor(
    header: BoardHeader,
    readonly reader: BoardReader,
    private readonly problems: RecountProblems,
  ) {
    this.manifest = header.manifest;
    this.closing = header.closing;
  }

  /** The line taken last, or the one after it once that was looked at. */
  here(): { readonly line: number } {
    return { line: this.reader.lineNumber };
  }

  report(kind: RecountProblemKind, place: BoardPlace, en: string, zh: string): void {
    this.problems.report(kind, place, en, zh);
  }

  /** Reports two figures that should be equal, under their name in both languages. */
  expect(place: BoardPlace, kind: RecountProblemKind, found: Figure, expected: Figure, en: string, zh: string): void {
    this.problems.expectSame(place, { en, zh }, found, expected, kind);
  }

  /** Reports parts whose ballots are not as many as count; nothing where that number is unknown. */
  expectSum(
    place: BoardPlace,
    parts: readonly { readonly ballots: number }[],
    counted: number | null,
    en: string,
    zh: string,
  ): void {
    if (counted === null) return;
    const sum = parts.reduce((all, { ballots }) => all + ballots, 0);
    this.expect(place, 'count', sum, counted, en, zh);
  }

  /** Reports that a line of this kind is missing before the one being read. */
  missing(what: string, kind: BoardLine['kind'], zh: string, about: Omit<BoardPlace, 'line'> = {}): void {
    this.report(
      'order',
      { ...this.here(), ...about },
      `A line is missing here: ${kind} (${what}).`,
      `此处缺少一行：${zh}（${kind}）。`,
    );
  }

  /** Reports the line being read as one that stands where none belongs. */
  outOfPlace(): void {
    this.report('order', this.here(), 'This line does not belong here.', '该行不应出现在此处。');
  }
}
