import { CODE_BYTES } from './ballot-codec.js';
import { RATINGS_PER_LINE } from './board-line.js';
import { canonicalJson } from './canonical-json.js';
import type { RatingList } from './sort-ratings.js';

const latin1 = new TextDecoder('latin1');
const hexDigits = '0123456789abcdef';
const highDigitOf = Uint8Array.from({ length: 256 }, (_, byte) => hexDigits.charCodeAt(byte >> 4));
const lowDigitOf = Uint8Array.from({ length: 256 }, (_, byte) => hexDigits.charCodeAt(byte & 15));
const [quote = 0, comma = 0, equals = 0, zero = 0] = [...'",=0'].map((sign) => sign.charCodeAt(0));

/** `"<16 hex>=<answer>",` */
const RATING_CHARACTERS = CODE_BYTES * 2 + 5;

/**
 * The lines of one target and cell, already spelled as canonical JSON. Millions of ratings are written letter by letter
 * here, because asking for the spelling of each costs more than the whole tally.
 */
export function* ratingLines(target: string, cell: string, ratings: RatingList): Generator<string> {
  const count = ratings.grades.length;
  // Members in the order of their names: `answers` comes before `cell`, `ratings` before `target`.
  for (let from = 0; from < count; from += RATINGS_PER_LINE) {
    const to = Math.min(count, from + RATINGS_PER_LINE);
    const place = `"cell":${canonicalJson(cell)},"from":${from},"kind":"ratings"`;
    const end = `"target":${canonicalJson(target)}}`;
    yield ratings.codes.length === 0
      ? `{"answers":"${answersText(ratings.grades.subarray(from, to))}",${place},${end}`
      : `{${place},"ratings":[${ratingsText(ratings, from, to)}],${end}`;
  }
}

function answersText(grades: Uint8Array): string {
  return latin1.decode(Uint8Array.from(grades, (grade) => zero + grade));
}

function ratingsText({ grades, codes }: RatingList, from: number, to: number): string {
  const text = new Uint8Array((to - from) * RATING_CHARACTERS);
  let at = 0;
  for (let index = from; index < to; index += 1) {
    text[at] = quote;
    at += 1;
    for (let byteAt = index * CODE_BYTES; byteAt < (index + 1) * CODE_BYTES; byteAt += 1) {
      const byte = codes[byteAt] ?? 0;
      text[at] = highDigitOf[byte] ?? 0;
      text[at + 1] = lowDigitOf[byte] ?? 0;
      at += 2;
    }
    text[at] = equals;
    text[at + 1] = zero + (grades[index] ?? 0);
    text[at + 2] = quote;
    text[at + 3] = comma;
    at += 4;
  }
  return latin1.decode(text.subarray(0, at - 1));
}
