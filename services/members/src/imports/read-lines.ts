import type { ImportSource } from './import-source.js';

/** A line as bytes, without its end; null when it is longer than any line of a register can be. */
export interface RawLine {
  /** As an editor counts, from 1. */
  readonly number: number;
  readonly bytes: Buffer | null;
}

const longestLineBytes = 64 * 1024;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * The lines of a file, in portions, so that memory does not grow with it. Splitting bytes is safe before the encoding
 * is known: in GB18030 as in UTF-8 no other character contains a line feed.
 */
export async function* readLines(source: ImportSource): AsyncGenerator<RawLine[]> {
  let number = 0;
  let rest: Buffer = Buffer.alloc(0);
  let isTooLong = false;
  for await (const chunk of source.open()) {
    const lines: RawLine[] = [];
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      const piece = chunk.subarray(start, end);
      const whole = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
      number += 1;
      lines.push(lineOf(number, whole, isTooLong));
      rest = Buffer.alloc(0);
      isTooLong = false;
      start = end + 1;
    }
    rest = Buffer.concat([rest, chunk.subarray(start)]);
    if (rest.length > longestLineBytes) {
      isTooLong = true;
      rest = Buffer.alloc(0);
    }
    if (lines.length > 0) yield lines;
  }
  if (rest.length > 0 || isTooLong) yield [lineOf(number + 1, rest, isTooLong)];
}

function lineOf(number: number, bytes: Buffer, isTooLong: boolean): RawLine {
  if (isTooLong || bytes.length > longestLineBytes) return { number, bytes: null };
  return { number, bytes: bytes.at(-1) === carriageReturn ? bytes.subarray(0, -1) : bytes };
}
