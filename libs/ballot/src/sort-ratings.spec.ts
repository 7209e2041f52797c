import fc from 'fast-check';
import { CODE_BYTES } from './ballot-codec.js';
import { sortRatings, type RatingList } from './sort-ratings.js';

function spelled({ grades, codes }: RatingList): string[] {
  return Array.from(
    grades,
    (grade, index) =>
      `${codes
        .subarray(index * CODE_BYTES, (index + 1) * CODE_BYTES)
        .join('.')
        .replace(/\d+/g, (byte) => byte.padStart(3, '0'))}=${grade}`,
  );
}

describe('the order of ratings', () => {
  it('is that of code and grade, whichever half of the codes differs', () => {
    const aCode = fc.tuple(fc.constantFrom(0, 1, 255), fc.constantFrom(0, 7), fc.constantFrom(0, 128));
    const aRating = fc.tuple(aCode, fc.nat({ max: 6 }));
    fc.assert(
      fc.property(fc.array(aRating, { maxLength: 60 }), (ratings) => {
        const codes = Uint8Array.from(
          ratings.flatMap(([[first, fourth, last]]) => [first, 0, 0, fourth, 0, 9, 0, last]),
        );
        const list = { grades: Uint8Array.from(ratings, ([, grade]) => grade), codes };
        expect(spelled(sortRatings(list))).toEqual(spelled(list).sort());
      }),
    );
  });
});
