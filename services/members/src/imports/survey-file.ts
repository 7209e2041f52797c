import { isAscii, isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { ImportSource } from './import-source.js';
import { readLines } from './read-lines.js';

export type ImportEncoding = 'UTF_8' | 'UTF_8_BOM' | 'GB18030';

export interface FileSurvey {
  /** SHA-256 of the bytes: the same file is recognised when a broken-off import goes on. */
  readonly hash: Buffer;
  readonly bytes: number;
  readonly encoding: ImportEncoding;
}

export type FileSurveying =
  | { readonly kind: 'surveyed'; readonly survey: FileSurvey }
  | { readonly kind: 'tooLarge' }
  | { readonly kind: 'notReadable'; readonly reason: 'empty' | 'notText' };

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Reads the file once to know what it is. UTF-8 where it says so or is it throughout; GB18030 where lines break the
 * rules of UTF-8. A few broken lines in a file that otherwise is UTF-8 leave it UTF-8: those lines are reported.
 */
export async function surveyFile(source: ImportSource, largestBytes = Infinity): Promise<FileSurveying> {
  const hash = createHash('sha256');
  let bytes = 0;
  let hasMark = false;
  const counted: ImportSource = {
    open: async function* () {
      for await (const chunk of source.open()) {
        hash.update(chunk);
        bytes += chunk.length;
        if (bytes > largestBytes) return;
        yield chunk;
      }
    },
  };
  let utf8Lines = 0;
  let brokenLines = 0;
  for await (const lines of readLines(counted)) {
    for (const line of lines) {
      if (line.bytes === null) continue;
      if (line.number === 1) {
        // UTF-16 and binary files: a text of ours has no zero byte.
        if (line.bytes.includes(0)) return { kind: 'notReadable', reason: 'notText' };
        hasMark = line.bytes.subarray(0, 3).equals(byteOrderMark);
      }
      if (isAscii(line.bytes)) continue;
      if (isUtf8(line.bytes)) utf8Lines += 1;
      else brokenLines += 1;
    }
  }
  if (bytes > largestBytes) return { kind: 'tooLarge' };
  if (bytes === 0) return { kind: 'notReadable', reason: 'empty' };
  const isGb18030 = !hasMark && brokenLines > 0 && brokenLines >= utf8Lines;
  const encoding = hasMark ? 'UTF_8_BOM' : isGb18030 ? 'GB18030' : 'UTF_8';
  return { kind: 'surveyed', survey: { hash: hash.digest(), bytes, encoding } };
}
