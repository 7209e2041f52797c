import { checkMobileNumber } from './check-mobile-number.js';
import { normalise } from './normalise.js';

/** What is shown for a value whose form is not the expected one: nothing of it, not even its length. */
const hidden = '****';

/**
 * An ID number for display: the first and the last character, `4****************1`. Area and birth date are often
 * known to neighbours, and the middle together with them would leave a few dozen candidates.
 */
export function maskIdNumber(text: string): string {
  const idNumber = normalise('idNumber', text);
  return /^\d{17}[\dX]$/.test(idNumber) ? `${idNumber.charAt(0)}${'*'.repeat(16)}${idNumber.charAt(17)}` : hidden;
}

/** A mobile number for display: the first three and the last four digits, `138****5678`. */
export function maskPhone(text: string): string {
  const check = checkMobileNumber(text);
  return check.ok ? `${check.mobileNumber.slice(0, 3)}****${check.mobileNumber.slice(-4)}` : hidden;
}

/** A bank card's number for display: the last four digits, `**** 5678`, whatever its length. */
export function maskCardNumber(text: string): string {
  const cardNumber = normalise('cardNumber', text);
  return /^\d{12,19}$/.test(cardNumber) ? `${hidden} ${cardNumber.slice(-4)}` : hidden;
}

/** Family names of two characters that are still in use. A name of two characters never has one. */
const compoundFamilyNames: ReadonlySet<string> = new Set(
  (
    '欧阳 上官 司马 诸葛 东方 皇甫 尉迟 公孙 令狐 长孙 慕容 司徒 司空 夏侯 独孤 南宫 端木 万俟 闻人 赫连 澹台 ' +
    '淳于 单于 太叔 申屠 轩辕 钟离 宇文 鲜于 闾丘 亓官 呼延 西门 东郭 南门 百里 拓跋 完颜 公冶 濮阳 第五 欧陽 諸葛 東方'
  ).split(' '),
);

/**
 * A person's name for display. A name of Chinese characters keeps its family name (two characters where it is one of
 * the compound ones and the name is longer) and shows `*` for each character after: 张*, 王**, 欧阳**. Any other name
 * (阿依古丽·买买提, Smith) keeps its first character and shows `**`. A name of one character is `*`.
 */
export function maskName(text: string): string {
  const name = [...normalise('text', text)];
  if (name.length < 2) return '*';
  if (!name.every((character) => /\p{Script=Han}/u.test(character))) return `${name[0]}**`;
  const familyNameLength = name.length > 2 && compoundFamilyNames.has(name.slice(0, 2).join('')) ? 2 : 1;
  return name.slice(0, familyNameLength).join('') + '*'.repeat(name.length - familyNameLength);
}
