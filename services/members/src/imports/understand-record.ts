import { cellsOf, type Cells } from '../rules/import-columns.js';
import type { ImportProblem, ProblemAtLine } from '../rules/import-problem.js';
import type { CsvRecord } from './read-records.js';

type LineReading<Line> =
  | { readonly kind: 'read'; readonly line: Line }
  | { readonly kind: 'refused'; readonly problems: readonly ImportProblem[] };

export type UnderstoodRecord<Line> =
  | { readonly kind: 'read'; readonly line: Line }
  | { readonly kind: 'refused'; readonly problems: readonly ProblemAtLine[] };

/** The line that a record holds, as `read` makes it of its cells, or everything that is wrong with it. */
export function understandRecord<Name extends string, Line>(
  record: CsvRecord,
  columns: readonly (Name | null)[],
  read: (lineNumber: number, cells: Cells<Name>) => LineReading<Line>,
): UnderstoodRecord<Line> {
  const { lineNumber } = record;
  const refused = (...problems: readonly ImportProblem[]): UnderstoodRecord<Line> => ({
    kind: 'refused',
    problems: problems.map((problem) => ({ lineNumber, ...problem })),
  });
  if (record.kind === 'broken') return refused({ field: null, code: record.code });
  const cells = cellsOf(record.fields, columns);
  if (cells === null) return refused({ field: null, code: 'WRONG_FIELD_COUNT' });
  const reading = read(lineNumber, cells);
  return reading.kind === 'read' ? reading : refused(...reading.problems);
}
