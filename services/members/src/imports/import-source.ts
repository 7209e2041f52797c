import { createReadStream } from 'node:fs';

/** A file that can be read more than once: first to survey it, then to import it. */
export interface ImportSource {
  open(): AsyncIterable<Buffer>;
}

export function sourceFromFile(file: string): ImportSource {
  return { open: () => createReadStream(file, { highWaterMark: 256 * 1024 }) };
}

export function sourceFromBytes(bytes: Buffer): ImportSource {
  return {
    open: async function* () {
      yield bytes;
    },
  };
}
