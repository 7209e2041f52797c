import { isUtf8 } from 'node:buffer';
import { parse, CsvError } from 'csv-parse/sync';
import iconv from 'iconv-lite';
import type { ImportSource } from './import-source.js';
import { readLines, type RawLine } from './read-lines.js';
import type { ImportEncoding } from './survey-file.js';

export type CsvRecord =
  | { readonly kind: 'fields'; readonly lineNumber: number; readonly fields: readonly string[] }
  | {
      readonly kind: 'broken';
      readonly lineNumber: number;
      readonly code: 'BROKEN_QUOTES' | 'LINE_TOO_LONG' | 'UNREADABLE_CHARACTERS';
    };

type TextLine = { readonly number: number; readonly text: string } | Extract<CsvRecord, { kind: 'broken' }>;

/** A quoted field may hold line breaks, but a quotation mark that is never closed must not swallow the file. */
const mostLinesOfARecord = 10;

/** The records of a file in portions, header first; empty lines are left out. Line by line, so memory stays flat. */
export async function* readRecords(source: ImportSource, encoding: ImportEncoding): AsyncGenerator<CsvRecord[]> {
  const framing = new RecordFraming();
  for await (const lines of readLines(source)) {
    const records = framing.push(lines.map((line) => decode(line, encoding)));
    if (records.length > 0) yield records;
  }
  const records = framing.end();
  if (records.length > 0) yield records;
}

function decode(line: RawLine, encoding: ImportEncoding): TextLine {
  const broken = (code: 'LINE_TOO_LONG' | 'UNREADABLE_CHARACTERS'): TextLine => ({
    kind: 'broken',
    lineNumber: line.number,
    code,
  });
  if (line.bytes === null) return broken('LINE_TOO_LONG');
  if (encoding !== 'GB18030' && !isUtf8(line.bytes)) return broken('UNREADABLE_CHARACTERS');
  const text = encoding === 'GB18030' ? iconv.decode(line.bytes, 'gb18030') : line.bytes.toString('utf8');
  if (text.includes('\0') || text.includes('\uFFFD')) return broken('UNREADABLE_CHARACTERS');
  return { number: line.number, text: line.number === 1 ? text.replace(/^\uFEFF/, '') : text };
}

/** Puts lines together to records. Broken ones stand for themselves: the line after is read as if nothing was. */
class RecordFraming {
  private waiting: TextLine[] = [];
  private fieldCount = 0;

  push(lines: readonly TextLine[]): CsvRecord[] {
    return this.take(lines, false);
  }

  end(): CsvRecord[] {
    return this.take([], true);
  }

  private take(lines: readonly TextLine[], isEnd: boolean): CsvRecord[] {
    const queue = this.waiting.length === 0 ? lines : [...this.waiting, ...lines];
    this.waiting = [];
    const records: CsvRecord[] = [];
    let place = 0;
    while (place < queue.length) {
      const line = queue[place];
      if (line === undefined) break;
      if ('kind' in line) {
        records.push(line);
        place += 1;
        continue;
      }
      if (!line.text.includes('"')) {
        const fields = line.text.split(',');
        place += 1;
        this.add(records, line.number, fields);
        continue;
      }
      const framed = this.frameQuoted(queue, place, isEnd);
      if (framed === 'waits') {
        this.waiting = queue.slice(place);
        break;
      }
      if (framed === 'broken') records.push({ kind: 'broken', lineNumber: line.number, code: 'BROKEN_QUOTES' });
      else this.add(records, line.number, framed.fields);
      place += framed === 'broken' ? 1 : framed.lineCount;
    }
    return records;
  }

  private add(records: CsvRecord[], lineNumber: number, fields: readonly string[]): void {
    if (fields.every((field) => field.trim() === '')) return;
    // The first record is the header: a record of several lines must be as wide, or it is two broken ones.
    if (this.fieldCount === 0) this.fieldCount = fields.length;
    records.push({ kind: 'fields', lineNumber, fields });
  }

  private frameQuoted(
    queue: readonly TextLine[],
    place: number,
    isEnd: boolean,
  ): { fields: readonly string[]; lineCount: number } | 'broken' | 'waits' {
    let text = '';
    for (let lineCount = 1; lineCount <= mostLinesOfARecord; lineCount += 1) {
      const line = queue[place + lineCount - 1];
      if (line === undefined) return isEnd ? 'broken' : 'waits';
      if ('kind' in line) return 'broken';
      text = lineCount === 1 ? line.text : `${text}\n${line.text}`;
      const parsed = parseRecord(text);
      if (parsed === 'broken') return 'broken';
      if (parsed === 'open') continue;
      const fits = lineCount === 1 || parsed.length === this.fieldCount;
      return fits ? { fields: parsed, lineCount } : 'broken';
    }
    return 'broken';
  }
}

/** `open`: a quotation mark waits for its partner. */
function parseRecord(text: string): readonly string[] | 'open' | 'broken' {
  try {
    const [fields, ...more] = parse(text, { relaxColumnCount: true, trim: true });
    return fields === undefined || more.length > 0 ? 'broken' : fields;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return error.code === 'CSV_QUOTE_NOT_CLOSED' ? 'open' : 'broken';
  }
}
