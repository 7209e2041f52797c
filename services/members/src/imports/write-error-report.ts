import { stringify } from 'csv-stringify/sync';
import { reasonsOf } from '../rules/import-problem.js';
import type { ImportErrorRow } from './import-runs.store.js';

/** Spreadsheets read UTF-8 as something else unless the file says so. */
export const errorReportStart = '\uFEFF行号 line,字段 field,代码 code,原因,reason\r\n';

/** Lines of the clerk's report. A cell that a spreadsheet would run as a formula is made text. */
export function errorReportLines(errors: readonly ImportErrorRow[]): string {
  return stringify(
    errors.map((error) => {
      const { reasonZh, reasonEn } = reasonsOf(error);
      return [error.lineNumber, error.field ?? '', error.code, reasonZh, reasonEn];
    }),
    { escape_formulas: true, record_delimiter: 'windows' },
  );
}
