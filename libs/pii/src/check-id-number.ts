import { normalise } from './normalise.js';

/** Well-formed says nothing of whose number it is, nor whether it was ever issued. */
export type IdNumberCheck =
  | {
      readonly ok: true;
      /** As it is stored: eighteen half-width characters, the last a digit or capital X. */
      readonly idNumber: string;
      /** `YYYY-MM-DD` */
      readonly birthDate: string;
      readonly sex: 'female' | 'male';
    }
  | { readonly ok: false; readonly reason: 'length' | 'characters' | 'birthDate' | 'checkCharacter' };

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;
const checkCharacters = '10X98765432';
const earliestBirthDate = '1900-01-01';

/**
 * The form of a citizen's ID number (GB 11643-1999): area, birth date, order number (odd for men), check character.
 * The area code is not looked up: codes are withdrawn while their numbers live on. Numbers of 15 digits are refused,
 * they ended in 2013.
 *
 * @param today the date in Shanghai, `YYYY-MM-DD`, from the database's clock. Without it a birth date in the future
 *   passes, up to the year 2099.
 */
export function checkIdNumber(text: string, today = '2099-12-31'): IdNumberCheck {
  const idNumber = normalise('idNumber', text);
  if (idNumber.length !== 18) return { ok: false, reason: 'length' };
  if (!/^\d{17}[\dX]$/.test(idNumber)) return { ok: false, reason: 'characters' };
  const birthDate = `${idNumber.slice(6, 10)}-${idNumber.slice(10, 12)}-${idNumber.slice(12, 14)}`;
  if (!isCalendarDate(birthDate) || birthDate < earliestBirthDate || birthDate > today) {
    return { ok: false, reason: 'birthDate' };
  }
  if (idNumberCheckCharacter(idNumber.slice(0, 17)) !== idNumber[17]) return { ok: false, reason: 'checkCharacter' };
  return { ok: true, idNumber, birthDate, sex: Number(idNumber[16]) % 2 === 0 ? 'female' : 'male' };
}

/**
 * The check character for the first seventeen digits: ISO 7064 MOD 11-2, as GB 11643-1999 writes it.
 *
 * @throws RangeError for anything but seventeen digits
 */
export function idNumberCheckCharacter(firstSeventeen: string): string {
  if (!/^\d{17}$/.test(firstSeventeen)) throw new RangeError('The check character belongs to seventeen digits');
  const sum = weights.reduce((total, weight, place) => total + weight * Number(firstSeventeen[place]), 0);
  return checkCharacters.charAt(sum % 11);
}

function isCalendarDate(date: string): boolean {
  const midnight = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(date);
}
