import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { BlindIndex, type IndexedField } from './blind-index.js';
import { Keyring } from './keyring.js';

const firstKey = randomBytes(32).toString('base64');
const secondKey = randomBytes(32).toString('base64');
const before = new BlindIndex(Keyring.parse({ current: 1, keys: { 1: firstKey } }));
const again = new BlindIndex(Keyring.parse({ current: 1, keys: { 1: firstKey } }));
const during = new BlindIndex(Keyring.parse({ current: 2, keys: { 1: firstKey, 2: secondKey } }));

const idNumber: IndexedField = { table: 'member', column: 'id_number', kind: 'idNumber' };
const phone: IndexedField = { table: 'member', column: 'phone', kind: 'mobileNumber' };
const words = fc.stringMatching(/^[0-9A-Z]{1,20}$/);

describe('BlindIndex', () => {
  it('answers the same for the same value, in every process that holds the key', () => {
    fc.assert(
      fc.property(words, (text) => {
        expect(before.of(idNumber, text)).toEqual(again.of(idNumber, text));
      }),
    );
  });

  it('answers something else for each value, field and key version', () => {
    fc.assert(
      fc.property(words, words, (text, other) => {
        fc.pre(text !== other);
        const found = [
          before.of(idNumber, text),
          before.of(idNumber, other),
          before.of({ ...idNumber, column: 'spouse_id_number' }, text),
          before.of({ ...idNumber, table: 'household' }, text),
          during.of(idNumber, text),
        ].map((fingerprint) => fingerprint.subarray(1).toString('hex'));
        expect(new Set(found).size).toBe(found.length);
      }),
    );
  });

  it('begins with its key version', () => {
    expect(before.of(idNumber, '1')).toHaveLength(33);
    expect(before.of(idNumber, '1')[0]).toBe(1);
    expect(during.of(idNumber, '1')[0]).toBe(2);
  });

  it('finds old and new rows while keys rotate', () => {
    const stored = before.of(idNumber, '11010519491231002X');
    const [newest, older] = during.candidates(idNumber, '11010519491231002x');
    expect(newest).toEqual(during.of(idNumber, '11010519491231002X'));
    expect(older).toEqual(stored);
    expect(during.needsRotation(stored)).toBe(true);
    expect(during.needsRotation(newest!)).toBe(false);
  });

  it.each([
    [idNumber, '11010519491231002X', ' 110105 19491231 002x\u200b'],
    [idNumber, '11010519491231002X', '１１０１０５１９４９１２３１００２Ｘ'],
    [phone, '13800138000', '+86 138-0013-8000'],
    [phone, '13800138000', '008613800138000'],
    [phone, '13800138000', '86 138 0013 8000'],
    [{ ...phone, kind: 'cardNumber' }, '6222020200012345678', '6222 0202 0001 2345 678'],
    [{ ...phone, kind: 'unifiedCode' }, '91350100M000100Y43', '91350100m000100y43'],
    [{ ...phone, kind: 'text' }, '张 三', ' 张\u3000三 '],
  ] as const)('takes two spellings for one value (%#)', (field, text, other) => {
    expect(before.of(field, other)).toEqual(before.of(field, text));
  });

  it('keeps the 86 with which a mobile number does not begin', () => {
    expect(before.of(phone, '8613800')).not.toEqual(before.of(phone, '13800'));
  });

  it('refuses a text that is empty', () => {
    expect(() => before.of(idNumber, ' -\u3000')).toThrow(/member\.id_number/);
    expect(() => before.candidates(idNumber, '')).toThrow(RangeError);
  });
});
