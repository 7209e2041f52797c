import { CODE_BYTES } from './ballot-codec.js';

/** The ratings of one target in one cell, sorted by code and grade (by grade alone where codes are off). */
export interface RatingList {
  readonly grades: Uint8Array;
  /** Eight bytes for each grade; empty where codes are off. */
  readonly codes: Uint8Array;
}

/** A double counts exactly up to 2^53: half a code and a place below two million fit into one. */
const MOST_PLACES = 2 ** 21;

/**
 * Sorts ratings by their codes, and where codes are equal by their grades. The first half of a code decides for nearly
 * all of them; together with its place it is one number, and numbers are sorted without calling back.
 *
 * @throws RangeError for more than two million ratings in one list.
 */
export function sortRatings({ grades, codes }: RatingList): RatingList {
  const count = grades.length;
  if (count > MOST_PLACES) throw new RangeError(`No more than ${MOST_PLACES} ratings are sorted at once.`);
  const view = new DataView(codes.buffer, codes.byteOffset, codes.byteLength);
  const high = (place: number): number => view.getUint32(place * CODE_BYTES);
  const keys = new Float64Array(count);
  for (let place = 0; place < count; place += 1) keys[place] = high(place) * MOST_PLACES + place;
  keys.sort();
  const order = new Uint32Array(count);
  for (let at = 0; at < count; at += 1) order[at] = (keys[at] ?? 0) % MOST_PLACES;

  const low = (place: number): number => view.getUint32(place * CODE_BYTES + 4);
  const compare = (left: number, right: number): number =>
    low(left) - low(right) || (grades[left] ?? 0) - (grades[right] ?? 0);
  for (let from = 0; from < count;) {
    let to = from + 1;
    while (to < count && high(order[to] ?? 0) === high(order[from] ?? 0)) to += 1;
    if (to - from > 1) order.subarray(from, to).sort(compare);
    from = to;
  }

  const sorted = { grades: new Uint8Array(count), codes: new Uint8Array(codes.length) };
  const sortedView = new DataView(sorted.codes.buffer);
  for (let at = 0; at < count; at += 1) {
    const place = order[at] ?? 0;
    sorted.grades[at] = grades[place] ?? 0;
    sortedView.setUint32(at * CODE_BYTES, high(place));
    sortedView.setUint32(at * CODE_BYTES + 4, low(place));
  }
  return sorted;
}
