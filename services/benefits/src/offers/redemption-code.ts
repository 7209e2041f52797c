import { randomInt } from 'node:crypto';

/** No 0 and O, no 1, I and L, no U: codes are read aloud. */
const letters = '23456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A code nobody guesses (58 bits), as `4F7K-9QXT-2MRB`. */
export function newRedemptionCode(): string {
  const part = (): string => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('');
  return `${part()}-${part()}-${part()}`;
}
