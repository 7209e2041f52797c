import fc from 'fast-check';
import { maskCardNumber, maskIdNumber, maskName, maskPhone } from './mask.js';

describe('masks', () => {
  it.each([
    ['11010519491231002X', '1****************X'],
    ['11010519491231002x', '1****************X'],
    ['1101051949123100', '****'],
    ['', '****'],
  ])('an ID number keeps its ends: %p is %p', (text, masked) => {
    expect(maskIdNumber(text)).toBe(masked);
  });

  it.each([
    ['13800135678', '138****5678'],
    ['+86 138 0013 5678', '138****5678'],
    ['0750-3312345', '****'],
  ])('a mobile number keeps seven digits: %p is %p', (text, masked) => {
    expect(maskPhone(text)).toBe(masked);
  });

  it.each([
    ['6222020200012345678', '**** 5678'],
    ['6222 0202 0001 2345', '**** 2345'],
    ['12345', '****'],
  ])('a card number keeps its last four: %p is %p', (text, masked) => {
    expect(maskCardNumber(text)).toBe(masked);
  });

  it.each([
    ['张三', '张*'],
    ['王小明', '王**'],
    ['欧阳娜娜', '欧阳**'],
    ['欧阳修', '欧阳*'],
    ['欧阳', '欧*'],
    ['𠮷野家', '𠮷**'],
    ['阿依古丽·买买提', '阿**'],
    ['John Smith', 'J**'],
    ['李', '*'],
    ['  ', '*'],
  ])('a name keeps its family name: %p is %p', (text, masked) => {
    expect(maskName(text)).toBe(masked);
  });

  it('never shows what has an unexpected form', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(maskIdNumber(text)).toMatch(/^(\d\*{16}[\dX]|\*{4})$/);
        expect(maskPhone(text)).toMatch(/^(\d{3}\*{4}\d{4}|\*{4})$/);
        expect(maskCardNumber(text)).toMatch(/^\*{4}( \d{4})?$/);
        expect(maskName(text)).toContain('*');
      }),
    );
  });
});
