import fc from 'fast-check';
import { isCardNumber } from './check-card-number.js';
import { checkIdNumber, idNumberCheckCharacter } from './check-id-number.js';
import { checkMobileNumber } from './check-mobile-number.js';
import { checkUnifiedCode, unifiedCodeCheckCharacter } from './check-unified-code.js';

const unifiedAlphabet = [...'0123456789ABCDEFGHJKLMNPQRTUWXY'];

const idNumbers = fc
  .tuple(
    fc.integer({ min: 0, max: 999_999 }),
    fc.date({ min: new Date('1900-01-01'), max: new Date('2026-01-01'), noInvalidDate: true }),
    fc.integer({ min: 0, max: 999 }),
  )
  .map(([area, born, order]) => {
    const day = born.toISOString().slice(0, 10).replaceAll('-', '');
    const first = `${String(area).padStart(6, '0')}${day}${String(order).padStart(3, '0')}`;
    return first + idNumberCheckCharacter(first);
  });

const unifiedCodes = fc
  .tuple(
    fc.string({ unit: fc.constantFrom(...unifiedAlphabet), minLength: 2, maxLength: 2 }),
    fc.integer({ min: 0, max: 999_999 }),
    fc.string({ unit: fc.constantFrom(...unifiedAlphabet), minLength: 9, maxLength: 9 }),
  )
  .map(([kind, area, organisation]) => {
    const first = kind + String(area).padStart(6, '0') + organisation;
    return first + unifiedCodeCheckCharacter(first);
  });

describe('checkIdNumber', () => {
  it('passes the example of GB 11643-1999', () => {
    expect(checkIdNumber('11010519491231002X')).toEqual({
      ok: true,
      idNumber: '11010519491231002X',
      birthDate: '1949-12-31',
      sex: 'female',
    });
  });

  it('gives the check character of the other example, whose bearer would be too old', () => {
    expect(idNumberCheckCharacter('44052418800101001')).toBe('4');
    expect(checkIdNumber('440524188001010014')).toEqual({ ok: false, reason: 'birthDate' });
  });

  it.each([
    ['', 'length'],
    ['110105491231002', 'length'],
    ['11010519491231002XX', 'length'],
    ['1101051949123100A2', 'characters'],
    ['X1010519491231002X', 'characters'],
    ['110105194902300021', 'birthDate'],
    ['110105194913310021', 'birthDate'],
    ['110105190002290021', 'birthDate'],
    ['110105194912310021', 'checkCharacter'],
  ])('refuses %p for its %s', (text, reason) => {
    expect(checkIdNumber(text)).toEqual({ ok: false, reason });
  });

  it('refuses somebody who is not born yet', () => {
    const first = '11010520201124001';
    const number = first + idNumberCheckCharacter(first);
    expect(checkIdNumber(number, '2020-11-23')).toEqual({ ok: false, reason: 'birthDate' });
    expect(checkIdNumber(number, '2020-11-24')).toMatchObject({ ok: true, sex: 'male' });
  });

  it('reads what a spreadsheet or an input method makes of it', () => {
    expect(checkIdNumber(' １１０１０５-19491231-002ｘ ')).toMatchObject({ ok: true, idNumber: '11010519491231002X' });
  });

  it('catches every wrong digit and every swap of two neighbours', () => {
    fc.assert(
      fc.property(idNumbers, fc.nat({ max: 16 }), fc.integer({ min: 1, max: 9 }), (number, place, by) => {
        expect(checkIdNumber(number)).toMatchObject({ ok: true });
        const characters = [...number];
        characters[place] = String((Number(characters[place]) + by) % 10);
        expect(checkIdNumber(characters.join(''))).toMatchObject({ ok: false });
        const [left, right] = [number[place]!, number[place + 1]!];
        fc.pre(left !== right);
        const swapped = number.slice(0, place) + right + left + number.slice(place + 2);
        expect(checkIdNumber(swapped)).toMatchObject({ ok: false });
      }),
      { numRuns: 300 },
    );
  });
});

describe('checkMobileNumber', () => {
  it.each(['13800138000', '+86 138 0013 8000', '0086-138-0013-8000', '8613800138000'])('passes %p', (text) => {
    expect(checkMobileNumber(text)).toEqual({ ok: true, mobileNumber: '13800138000' });
  });

  it.each([
    ['', 'length'],
    ['1380013800', 'length'],
    ['138001380000', 'length'],
    ['12800138000', 'prefix'],
    ['07501234567', 'prefix'],
    ['1380013800O', 'characters'],
    ['+852 9123 4567', 'characters'],
  ])('refuses %p for its %s', (text, reason) => {
    expect(checkMobileNumber(text)).toEqual({ ok: false, reason });
  });
});

describe('checkUnifiedCode', () => {
  it('passes the example of GB 32100-2015', () => {
    expect(checkUnifiedCode('91350100M000100Y43')).toEqual({ ok: true, unifiedCode: '91350100M000100Y43' });
    expect(checkUnifiedCode(' 91350100m000100y43')).toMatchObject({ ok: true });
  });

  it.each([
    ['', 'length'],
    ['91350100M000100Y4', 'length'],
    ['91350100M000100I43', 'characters'],
    ['9135O100M000100Y43', 'characters'],
    ['91350100M000100Y44', 'checkCharacter'],
  ])('refuses %p for its %s', (text, reason) => {
    expect(checkUnifiedCode(text)).toEqual({ ok: false, reason });
  });

  it('catches every wrong character', () => {
    fc.assert(
      fc.property(unifiedCodes, fc.nat({ max: 17 }), fc.integer({ min: 1, max: 30 }), (code, place, by) => {
        expect(checkUnifiedCode(code)).toMatchObject({ ok: true });
        const characters = [...code];
        characters[place] = unifiedAlphabet[(unifiedAlphabet.indexOf(characters[place]!) + by) % 31]!;
        expect(checkUnifiedCode(characters.join(''))).toMatchObject({ ok: false });
      }),
      { numRuns: 300 },
    );
  });

  it('gives no check character for what is no code', () => {
    expect(() => unifiedCodeCheckCharacter('91350100M000100Y')).toThrow(RangeError);
    expect(() => unifiedCodeCheckCharacter('91350100M000100I4')).toThrow(RangeError);
    expect(() => idNumberCheckCharacter('1101051949123100X')).toThrow(RangeError);
  });
});

describe('isCardNumber', () => {
  it.each(['6222020200012345670', '6222 0202 0001 2345 670', '6212262201023557228'])('sees one in %s', (text) => {
    expect(isCardNumber(text)).toBe(true);
  });

  it.each(['6222020200012345671', '62220202000123', '5212262201023557228', '990000198001010012', 'YS0000001'])(
    'sees none in %s',
    (text) => {
      expect(isCardNumber(text)).toBe(false);
    },
  );
});
