import { strata as knownStrata } from '@zhijia/contracts';
import { checkIdNumber, checkMobileNumber, isCardNumber, normalise } from '@zhijia/pii';

export type Stratum = (typeof knownStrata)[number];

/** Text of one line: half-width, trimmed, without control characters. */
export function readText(cell: string): string {
  return normalise('text', cell);
}

/** Characters that no name or code has: controls, and what a broken decoding leaves behind. */
export function hasForbiddenCharacters(text: string): boolean {
  return /[\p{Cc}\p{Cs}\p{Co}\uFFFD]/u.test(text);
}

/** Whether an ID, phone or card number stands in a column that is stored as it is, grouped or not. */
export function holdsPersonalNumber(text: string): boolean {
  const runs = text.match(/\d(?:[ -]?[\dXx])*/g) ?? [];
  return runs.some((run) => checkIdNumber(run).ok || checkMobileNumber(run).ok || isCardNumber(run));
}

/**
 * Whether a member number is none: somebody's ID or card number, or the phone number of the same line. Another number of
 * eleven digits may well be one of the union's own.
 */
export function isPersonalNumber(memberNumber: string, phone: string): boolean {
  const { ok: isIdNumber } = checkIdNumber(memberNumber);
  return (
    isIdNumber ||
    isCardNumber(memberNumber) ||
    normalise('mobileNumber', memberNumber) === normalise('mobileNumber', phone)
  );
}

/** `2020-01-31`, `2020/1/31`, `2020.1.31`, `20200131`, `2020年1月31日` as `2020-01-31`; null for anything else. */
export function readDate(cell: string): string | null {
  const text = cell.normalize('NFKC').trim();
  const match =
    /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})$/.exec(text) ??
    /^(\d{4})()(\d{2})(\d{2})$/.exec(text) ??
    /^(\d{4})(年)(\d{1,2})月(\d{1,2})日$/.exec(text);
  if (match === null) return null;
  const [, year = '', , month = '', day = ''] = match;
  if (Number(year) < 1900 || !isCalendarDate(Number(year), Number(month), Number(day))) return null;
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}

function isCalendarDate(year: number, month: number, day: number): boolean {
  const isLeapYear = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const monthDays = [31, isLeapYear ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day >= 1 && day <= (monthDays[month - 1] ?? 0);
}

const stratumWords: Readonly<Record<Stratum, readonly string[]>> = {
  PARTY_ORGANISATION_HEAD: ['党组织负责人', 'party organisation head'],
  FRONT_LINE: ['一线职工', '一线职工代表', 'front line'],
  MODEL_WORKER: ['劳模', '劳动模范', 'model worker'],
  MIGRANT_WORKER: ['农民工', '农民工会员', 'migrant worker'],
  IN_HARDSHIP: ['困难职工', '困难职工代表', 'in hardship'],
  OTHER: ['其他', 'other'],
};

const strataByWord = wordsOf(stratumWords);

/** Words between `;`, `、`, `|`, `/` or commas, each once, in the order of the contract; null when one is unknown. */
export function readStrata(cell: string): Stratum[] | null {
  const words = cell
    .split(/[;；、|/,，]/)
    .map(wordKey)
    .filter((word) => word !== '');
  const found = words.map((word) => strataByWord.get(word));
  if (found.includes(undefined)) return null;
  return knownStrata.filter((stratum) => found.includes(stratum));
}

/** A table from words in Chinese and English to the values they stand for; the value itself is a word too. */
export function wordsOf<Value extends string>(
  table: Readonly<Record<Value, readonly string[]>>,
): ReadonlyMap<string, Value> {
  const byWord = new Map<string, Value>();
  for (const [value, words] of Object.entries(table) as [Value, readonly string[]][]) {
    for (const word of [value, ...words]) byWord.set(wordKey(word), value);
  }
  return byWord;
}

export function readWord<Value extends string>(words: ReadonlyMap<string, Value>, cell: string): Value | null {
  return words.get(wordKey(cell)) ?? null;
}

function wordKey(word: string): string {
  return word
    .normalize('NFKC')
    .replace(/[\s_-]/g, '')
    .toLowerCase();
}
