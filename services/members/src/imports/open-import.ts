import { readHeader, type ImportColumn } from '../rules/import-columns.js';
import type { ImportSource } from './import-source.js';
import { readRecords, type CsvRecord } from './read-records.js';
import { surveyFile, type FileSurvey } from './survey-file.js';

/** Why a file as a whole is not imported: nothing of it lands. */
export type ImportRefusal =
  | { readonly kind: 'tooLarge'; readonly most: number; readonly unit: 'bytes' | 'lines' }
  | { readonly kind: 'notReadable'; readonly reason: 'empty' | 'notText' | 'noHeader' }
  | { readonly kind: 'columnsMissing'; readonly missing: readonly string[] }
  | { readonly kind: 'columnsRepeated'; readonly repeated: readonly string[] };

export interface OpenedImport<Name extends string> {
  readonly kind: 'opened';
  readonly survey: FileSurvey;
  readonly columns: readonly (Name | null)[];
  readonly unknownColumns: readonly string[];
  /** What follows the header. */
  records(): AsyncGenerator<readonly CsvRecord[]>;
}

/** Looks at a file without changing anything: its encoding, its header, and whether it can be imported. */
export async function openImport<Column extends ImportColumn>(
  source: ImportSource,
  contract: readonly Column[],
  largestBytes?: number,
): Promise<OpenedImport<Column['name']> | ImportRefusal> {
  const surveying = await surveyFile(source, largestBytes);
  if (surveying.kind === 'tooLarge') return { kind: 'tooLarge', most: largestBytes ?? Infinity, unit: 'bytes' };
  if (surveying.kind === 'notReadable') return surveying;
  const { survey } = surveying;
  const header = await firstRecord(source, survey);
  if (header?.kind !== 'fields') return { kind: 'notReadable', reason: 'noHeader' };
  const reading = readHeader(header.fields, contract);
  if (reading.kind !== 'read') return reading;
  return {
    kind: 'opened',
    survey,
    columns: reading.columns,
    unknownColumns: reading.unknownColumns,
    records: () => recordsAfter(header.lineNumber, source, survey),
  };
}

async function firstRecord(source: ImportSource, survey: FileSurvey): Promise<CsvRecord | undefined> {
  for await (const [first] of readRecords(source, survey.encoding)) return first;
  return undefined;
}

/** Portions of what stands after a line of the file. */
export async function* recordsAfter(
  lineNumber: number,
  source: ImportSource,
  survey: FileSurvey,
): AsyncGenerator<readonly CsvRecord[]> {
  for await (const records of readRecords(source, survey.encoding)) {
    const [first] = records;
    if (first !== undefined && first.lineNumber > lineNumber) yield records;
    else yield records.filter((record) => record.lineNumber > lineNumber);
  }
}

/** The same records in portions of one size. */
export async function* inPortions<Item>(
  source: AsyncIterable<readonly Item[]>,
  size: number,
): AsyncGenerator<readonly Item[]> {
  let portion: Item[] = [];
  for await (const items of source) {
    for (const item of items) {
      portion.push(item);
      if (portion.length === size) {
        yield portion;
        portion = [];
      }
    }
  }
  if (portion.length > 0) yield portion;
}
