import { ByteSearch, spellingsOf } from '@zhijia/testing';
import { makeCounty } from '../../tools/demonstration/county.mjs';
import { idNumberOf, phoneOf } from '../../tools/demonstration/numbers.mjs';

/** Phones from here on are no county's: it counts its own from 0. */
const firstStrange = 70_000_000;

/**
 * The numbers of people whom a scene imported.
 *
 * @param {number} count of the scene's members
 */
export function numbersOfCounty(count) {
  return [...makeCounty({ seed: 'bench', members: count }).members()].map(({ idNumber, phone, number, ...member }) => ({
    ...member,
    idNumber,
    phone,
    card: cardOf(number),
  }));
}

/** Numbers of people whom nobody imported, well-formed and nobody's; another for each `from`. */
export function strangers(count, from = 0) {
  return Array.from({ length: count }, (_, place) => {
    const number = from + place;
    const birthDate = new Date(Date.UTC(1960, 0, 1 + (number % 14_000))).toISOString().slice(0, 10);
    return {
      idNumber: idNumberOf('998877', birthDate, Math.floor(number / 14_000), 'female'),
      phone: phoneOf(firstStrange + number),
      card: cardOf(firstStrange + number),
    };
  });
}

/** A bank card's number of nineteen digits with its check digit; no bank has this beginning. */
function cardOf(number) {
  const body = `6299998${String((BigInt(number) * 61_803_398_877n + 17n) % 10n ** 11n).padStart(11, '0')}`;
  const sum = [...body].reverse().reduce((total, digit, place) => {
    const weighted = Number(digit) * (place % 2 === 0 ? 2 : 1);
    return total + (weighted > 9 ? weighted - 9 : weighted);
  }, 0);
  return `${body}${(10 - (sum % 10)) % 10}`;
}

/** What the register shows of a phone number. */
export function maskOf({ phone }) {
  return `${phone.slice(0, 3)}****${phone.slice(-4)}`;
}

/** @param {readonly { idNumber: string, phone: string, card: string }[]} people */
export function searchFor(people) {
  return new ByteSearch(
    people.flatMap(({ idNumber, phone, card }) =>
      Object.entries({ idNumber, phone, card }).flatMap(([kind, number]) =>
        spellingsOf(number).map((spelling) => ({ ...spelling, name: `${kind}, ${spelling.name}` })),
      ),
    ),
  );
}
