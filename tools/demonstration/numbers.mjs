import { idNumberCheckCharacter, unifiedCodeCheckCharacter } from '@zhijia/pii';

/** No province has the number 99, and no carrier gives out 154: what is made of them belongs to nobody. */
const area = '99';
const phonePrefix = '154';

const phoneCount = 100_000_000;

/** Odd and no multiple of 5: the numbers of neighbours lie far apart and never meet. */
const phoneStride = 61_803_399;

/** Six digits of an area that does not exist, by district and town counted from 0. */
export function areaCode(district, town) {
  return `${area}${pad(district + 1, 2)}${pad(town + 1, 2)}`;
}

/**
 * A citizen's ID number (GB 11643).
 *
 * @param {string} code six digits of the area
 * @param {string} birthDate `YYYY-MM-DD`
 * @param {number} order 0 to 498; with the sex it makes the order number
 */
export function idNumberOf(code, birthDate, order, sex) {
  const firstSeventeen = code + birthDate.replaceAll('-', '') + pad(order * 2 + (sex === 'male' ? 1 : 2), 3);
  return firstSeventeen + idNumberCheckCharacter(firstSeventeen);
}

/** A mobile number of its own for each number from 0 to a hundred million. */
export function phoneOf(number) {
  return phonePrefix + pad(Number((BigInt(number) * BigInt(phoneStride) + 7n) % BigInt(phoneCount)), 8);
}

/**
 * A unified social credit code (GB 32100).
 *
 * @param {string} kind registering department and kind: 81 a base union, 13 a federation, 11 a department
 * @param {number} number of the organisation, for eight characters with the check character of GB 11714
 */
export function unifiedCodeOf(kind, code, number) {
  const body = organisationCode(number);
  const firstSeventeen = kind + code + body;
  return firstSeventeen + unifiedCodeCheckCharacter(firstSeventeen);
}

function organisationCode(number) {
  const eight = `D${pad(number, 7)}`;
  const weights = [3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((total, weight, place) => total + weight * parseInt(eight[place], 36), 0);
  const check = (11 - (sum % 11)) % 11;
  return eight + (check === 10 ? 'X' : String(check));
}

function pad(number, length) {
  return String(number).padStart(length, '0');
}
