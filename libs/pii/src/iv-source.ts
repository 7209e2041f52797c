import { randomFillSync } from 'node:crypto';

export const ivLengthBytes = 12;

/** Drawn at once: asking the system for twelve bytes costs as much as sealing a phone number with them. */
const ivsDrawn = 1_024;

/** Random initialisation vectors, each given out once. */
export class IvSource {
  readonly #drawn = Buffer.alloc(ivsDrawn * ivLengthBytes);
  #givenBytes = this.#drawn.length;

  /** A view that is overwritten by later draws: use it before the next one is asked for. */
  next(): Buffer {
    if (this.#givenBytes === this.#drawn.length) {
      randomFillSync(this.#drawn);
      this.#givenBytes = 0;
    }
    this.#givenBytes += ivLengthBytes;
    return this.#drawn.subarray(this.#givenBytes - ivLengthBytes, this.#givenBytes);
  }
}
