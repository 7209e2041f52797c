import { normalise } from './normalise.js';

/**
 * Whether a text has the form of a bank card's number: 16 to 19 digits that begin with 62 (UnionPay) and keep the check
 * digit of ISO/IEC 7812. One in ten numbers of that length and beginning does by chance.
 */
export function isCardNumber(text: string): boolean {
  const cardNumber = normalise('cardNumber', text);
  if (!/^62\d{14,17}$/.test(cardNumber)) return false;
  const sum = [...cardNumber].reverse().reduce((total, digit, place) => {
    const weighted = Number(digit) * (place % 2 === 0 ? 1 : 2);
    return total + (weighted > 9 ? weighted - 9 : weighted);
  }, 0);
  return sum % 10 === 0;
}
