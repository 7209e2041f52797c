import { normalise } from './normalise.js';

export type MobileNumberCheck =
  | {
      readonly ok: true;
      /** As it is stored: eleven digits without a country code. */
      readonly mobileNumber: string;
    }
  | { readonly ok: false; readonly reason: 'length' | 'characters' | 'prefix' };

/** The form of a mobile number of mainland China: eleven digits from 13 to 19; +86, 0086 or 86 before it is left out. */
export function checkMobileNumber(text: string): MobileNumberCheck {
  const mobileNumber = normalise('mobileNumber', text);
  if (!/^\d*$/.test(mobileNumber)) return { ok: false, reason: 'characters' };
  if (mobileNumber.length !== 11) return { ok: false, reason: 'length' };
  if (!/^1[3-9]/.test(mobileNumber)) return { ok: false, reason: 'prefix' };
  return { ok: true, mobileNumber };
}
