import { closeSync, openSync, readSync } from 'node:fs';

/** Something to look for, and what it is called when it is found. */
export interface Needle {
  readonly name: string;
  readonly bytes: Buffer;
  readonly alignment?: number;
}

export interface ByteFind {
  readonly name: string;
  readonly offset: number;
}

/** All needles are looked up by their first bytes, so a needle has at least so many. */
export const shortestNeedleBytes = 8;
const keyBytes = shortestNeedleBytes;
const bitmapBits = 22;
const pieceBytes = 4 * 1_024 * 1_024;

/**
 * Looks for very many byte strings at once: a few nanoseconds a byte, however many they are. Each needle is found
 * wherever it stands, over the borders of pieces too.
 */
export class ByteSearch {
  private readonly bitmap = new Uint8Array(2 ** (bitmapBits - 3));
  private readonly byKey = new Map<string, Needle[]>();
  private readonly longest: number;
  private readonly buffer: Buffer;
  private readonly nothing: Buffer;

  /** @throws RangeError for a needle of fewer than eight bytes: chance would find it. */
  constructor(needles: readonly Needle[]) {
    let longest = 0;
    for (const needle of needles) {
      const { bytes, name } = needle;
      if (bytes.length < keyBytes) throw new RangeError(`${name} is too short to be looked for`);
      longest = Math.max(longest, bytes.length);
      const hash = hashAt(bytes, 0);
      this.bitmap[hash >>> 3] = (this.bitmap[hash >>> 3] ?? 0) | (1 << (hash & 7));
      const key = bytes.toString('latin1', 0, keyBytes);
      const same = this.byKey.get(key);
      if (same === undefined) this.byKey.set(key, [needle]);
      else same.push(needle);
    }
    this.longest = longest;
    this.buffer = Buffer.allocUnsafe(pieceBytes + longest);
    this.nothing = Buffer.alloc(this.buffer.length);
  }

  in(bytes: Buffer): ByteFind[] {
    return this.inPiece(bytes, 0, 0);
  }

  /** Reads a file piece by piece; one that grows meanwhile is read as far as it is there. */
  inFile(path: string): ByteFind[] {
    const finds: ByteFind[] = [];
    const file = openSync(path, 'r');
    try {
      const { buffer, nothing } = this;
      let origin = 0;
      let known = 0;
      for (;;) {
        const read = readSync(file, buffer, known, pieceBytes, null);
        if (read === 0) return finds;
        const piece = buffer.subarray(0, known + read);
        // Files that were made larger than what they hold: most of a broker's indexes.
        if (!piece.equals(nothing.subarray(0, piece.length))) finds.push(...this.inPiece(piece, origin, known));
        // The end comes again with the next piece, for what goes on there.
        known = Math.min(this.longest - 1, piece.length);
        origin += piece.length - known;
        buffer.copyWithin(0, piece.length - known, piece.length);
      }
    } finally {
      closeSync(file);
    }
  }

  /** @param known bytes at the beginning that were searched before: what lies wholly in them was found then. */
  private inPiece(bytes: Buffer, origin: number, known: number): ByteFind[] {
    const finds: ByteFind[] = [];
    const { bitmap } = this;
    const last = bytes.length - keyBytes;
    if (last < 0) return finds;
    // Two windows of four bytes roll over the piece: together they are the key that begins at `at`.
    let low = bytes.readInt32LE(0);
    let high = bytes.readInt32LE(4);
    for (let at = 0; ; at += 1) {
      const hash = mix(low, high);
      if ((bitmap[hash >>> 3]! & (1 << (hash & 7))) !== 0) {
        for (const { name, bytes: found, alignment = 1 } of this.candidatesAt(bytes, at)) {
          const end = at + found.length;
          const isThere = end <= bytes.length && bytes.compare(found, 0, found.length, at, end) === 0;
          if (isThere && (origin + at) % alignment === 0 && end > known) {
            finds.push({ name, offset: origin + at });
          }
        }
      }
      if (at === last) return finds;
      low = (low >>> 8) | (bytes[at + 4]! << 24);
      high = (high >>> 8) | (bytes[at + 8]! << 24);
    }
  }

  private candidatesAt(bytes: Buffer, at: number): readonly Needle[] {
    return this.byKey.get(bytes.toString('latin1', at, at + keyBytes)) ?? [];
  }
}

function hashAt(bytes: Buffer, at: number): number {
  return mix(bytes.readInt32LE(at), bytes.readInt32LE(at + 4));
}

function mix(low: number, high: number): number {
  return (Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca77)) >>> (32 - bitmapBits);
}
