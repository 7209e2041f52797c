import { closeSync, existsSync, fstatSync, openSync, readSync, statSync } from 'node:fs';

/** Where a log ends now: what a later failure is explained with begins here. */
export function endOf(file) {
  return existsSync(file) ? statSync(file).size : 0;
}

/** The last part of a log, at most 16 KB of it, from an offset on. */
export function tailOf(file, from = 0) {
  if (!existsSync(file)) return '';
  const handle = openSync(file, 'r');
  try {
    const { size } = fstatSync(handle);
    const start = Math.max(from, size - 16_384, 0);
    const buffer = Buffer.alloc(Math.max(size - start, 0));
    readSync(handle, buffer, 0, buffer.length, start);
    return buffer.toString('utf8');
  } finally {
    closeSync(handle);
  }
}

/** The last lines of a log, indented, for the message of a failure: from the last error's own line on, if it has one. */
export function lastLines(file, count = 5, from = 0) {
  const lines = tailOf(file, from).trimEnd().split('\n');
  const error = lines.findLastIndex((line) => /^\w*Error\b.*:/.test(line));
  const shown = error === -1 ? lines.slice(-count) : lines.slice(error, error + count);
  return shown.map((line) => `    ${line.slice(0, 400)}`).join('\n');
}
