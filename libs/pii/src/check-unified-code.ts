import { normalise } from './normalise.js';

export type UnifiedCodeCheck =
  | {
      readonly ok: true;
      /** As it is stored: eighteen half-width characters, letters as capitals. */
      readonly unifiedCode: string;
    }
  | { readonly ok: false; readonly reason: 'length' | 'characters' | 'checkCharacter' };

/** Thirty-one characters: I, O, S, V and Z are left out, being read as digits or as each other. */
const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const form = /^[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}$/;

/**
 * The form of a unified social credit code (GB 32100-2015): registering department (8 for trade unions), kind, six
 * digits of area, nine characters of the organisation, check character.
 */
export function checkUnifiedCode(text: string): UnifiedCodeCheck {
  const unifiedCode = normalise('unifiedCode', text);
  if (unifiedCode.length !== 18) return { ok: false, reason: 'length' };
  if (!form.test(unifiedCode)) return { ok: false, reason: 'characters' };
  if (unifiedCodeCheckCharacter(unifiedCode.slice(0, 17)) !== unifiedCode[17]) {
    return { ok: false, reason: 'checkCharacter' };
  }
  return { ok: true, unifiedCode };
}

/**
 * The check character for the first seventeen: weights 3^i mod 31 (GB 32100-2015, appendix).
 *
 * @throws RangeError for anything but seventeen characters of the code's alphabet
 */
export function unifiedCodeCheckCharacter(firstSeventeen: string): string {
  if (firstSeventeen.length !== 17) throw new RangeError('The check character belongs to seventeen characters');
  let sum = 0;
  let weight = 1;
  for (const character of firstSeventeen) {
    const value = alphabet.indexOf(character);
    if (value < 0) throw new RangeError('A unified code holds digits and capitals without I, O, S, V and Z');
    sum += value * weight;
    weight = (weight * 3) % 31;
  }
  return alphabet.charAt((31 - (sum % 31)) % 31);
}
