/** A sentence in both languages of the product. */
export interface BilingualText {
  readonly zh: string;
  readonly en: string;
}

/**
 * What does not hold on a board:
 * - `line`: a line that is none, or is not spelled canonically;
 * - `order`: a line that is missing, or stands where none belongs;
 * - `signature`: manifest or closing digest are not signed by the keys named on the board, or do not belong together;
 * - `untrustedKey`: signed, but by a key the reader does not trust;
 * - `hashes`: a hash is out of order, stands twice, or is not the one that was sealed;
 * - `count`: numbers that must be equal are not;
 * - `cells`, `strata`: they do not divide the electorate, or one is smaller than the manifest allows;
 * - `ratings`: a list is out of order, of the wrong length, or holds what the scale does not;
 * - `figure`: a published figure is not what the lists give.
 */
export type RecountProblemKind =
  'line' | 'order' | 'signature' | 'untrustedKey' | 'hashes' | 'count' | 'cells' | 'strata' | 'ratings' | 'figure';

export interface RecountProblem {
  readonly kind: RecountProblemKind;
  /** Line of the board, target, cell or stratum, as far as there is one: `line 12, target police, cell 1.2`. */
  readonly where: string;
  readonly message: BilingualText;
}

/** Where on the board: the line number (from 1) and what the line is about. */
export interface BoardPlace {
  readonly line: number | null;
  readonly target?: string;
  readonly cell?: string;
  readonly stratum?: string;
}

/** What two places of a board may disagree on. */
export type Figure = string | number | boolean | null | undefined;

/** More problems than these are counted, not listed: one missing line must not fill a disk. */
const MAX_PROBLEMS = 100;

/** Gathers what does not hold. */
export class RecountProblems {
  private readonly listed: RecountProblem[] = [];
  private count = 0;

  report(kind: RecountProblemKind, place: BoardPlace, en: string, zh: string): void {
    this.count += 1;
    if (this.count <= MAX_PROBLEMS) this.listed.push({ kind, where: describePlace(place), message: { zh, en } });
  }

  /** Reports two numbers that should be equal. */
  expectSame(place: BoardPlace, name: BilingualText, found: Figure, expected: Figure, kind: RecountProblemKind): void {
    if (found === expected) return;
    const show = (value: Figure): string => (value === null || value === undefined ? '-' : String(value));
    this.report(
      kind,
      place,
      `${name.en} is ${show(found)}, and should be ${show(expected)}.`,
      `${name.zh}为 ${show(found)}，应为 ${show(expected)}。`,
    );
  }

  get total(): number {
    return this.count;
  }

  list(): readonly RecountProblem[] {
    return this.listed;
  }
}

function describePlace({ line, target, cell, stratum }: BoardPlace): string {
  const parts = line === null ? [] : [`line ${line}`];
  if (target !== undefined) parts.push(`target ${target}`);
  if (cell !== undefined) parts.push(`cell ${cell}`);
  if (stratum !== undefined) parts.push(`stratum ${stratum}`);
  return parts.join(', ');
}
