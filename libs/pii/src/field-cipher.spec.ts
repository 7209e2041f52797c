import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { CannotOpenField, FieldCipher, type FieldPlace } from './field-cipher.js';
import { Keyring } from './keyring.js';

const firstKey = randomBytes(32).toString('base64');
const secondKey = randomBytes(32).toString('base64');
const before = new FieldCipher(Keyring.parse({ current: 1, keys: { 1: firstKey } }));
const during = new FieldCipher(Keyring.parse({ current: 2, keys: { 1: firstKey, 2: secondKey } }));
const after = new FieldCipher(Keyring.parse({ current: 2, keys: { 2: secondKey } }));

const place: FieldPlace = { table: 'member', column: 'id_number', rowId: '0197f0c4-0000-7000-8000-000000000001' };
const texts = fc.string({ unit: 'binary', maxLength: 60 });
const places = fc.record({ table: fc.string(), column: fc.string(), rowId: fc.string() });

function reasonOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof CannotOpenField) return error.reason;
    throw error;
  }
  return 'opened';
}

describe('FieldCipher', () => {
  it('opens what it sealed', () => {
    fc.assert(
      fc.property(places, texts, (where, text) => {
        expect(before.open(where, before.seal(where, text))).toBe(text);
      }),
    );
  });

  it('adds thirty bytes, and tells neither content nor repetition', () => {
    const sealed = before.seal(place, '11010519491231002X');
    expect(sealed).toHaveLength(18 + 30);
    expect(sealed.includes('1949')).toBe(false);
    expect(sealed.equals(before.seal(place, '11010519491231002X'))).toBe(false);
  });

  it('refuses a value that was moved to another place', () => {
    fc.assert(
      fc.property(places, places, texts, (from, to, text) => {
        fc.pre(from.table !== to.table || from.column !== to.column || from.rowId !== to.rowId);
        expect(reasonOf(() => before.open(to, before.seal(from, text)))).toBe('movedOrAltered');
      }),
    );
  });

  it.each([
    ['row', { ...place, rowId: '0197f0c4-0000-7000-8000-000000000002' }],
    ['column', { ...place, column: 'phone' }],
    ['table', { ...place, table: 'known_member' }],
    ['place whose names run together alike', { ...place, table: 'member","id_number', column: '' }],
  ])('refuses a value that was moved to another %s', (_what, elsewhere) => {
    expect(reasonOf(() => before.open(elsewhere, before.seal(place, '13800000000')))).toBe('movedOrAltered');
  });

  it('refuses every single flipped bit', () => {
    const sealed = during.seal(place, '11010519491231002X');
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const altered = Buffer.from(sealed);
      altered[bit >> 3]! ^= 1 << (bit & 7);
      expect(reasonOf(() => during.open(place, altered))).not.toBe('opened');
    }
  });

  it('refuses a value that was cut short, at any length, or has a tail', () => {
    const sealed = before.seal(place, '张三');
    for (let length = 0; length < sealed.length; length += 1) {
      expect(reasonOf(() => before.open(place, sealed.subarray(0, length)))).not.toBe('opened');
    }
    expect(reasonOf(() => before.open(place, Buffer.concat([sealed, Buffer.of(0)])))).toBe('movedOrAltered');
  });

  it('refuses what claims another key version, even one that is known', () => {
    const sealed = during.seal(place, '张三');
    sealed[1] = 1;
    expect(reasonOf(() => during.open(place, sealed))).toBe('movedOrAltered');
    sealed[1] = 9;
    expect(reasonOf(() => during.open(place, sealed))).toBe('unknownKey');
  });

  it('refuses a later format', () => {
    const sealed = before.seal(place, '张三');
    sealed[0] = 2;
    expect(reasonOf(() => before.open(place, sealed))).toBe('malformed');
  });

  it('opens old values while keys rotate, says which are old, and no longer opens them afterwards', () => {
    const old = before.seal(place, '张三');
    expect(during.open(place, old)).toBe('张三');
    expect(during.needsRotation(old)).toBe(true);
    const renewed = during.seal(place, during.open(place, old));
    expect(during.needsRotation(renewed)).toBe(false);
    expect(after.open(place, renewed)).toBe('张三');
    expect(reasonOf(() => after.open(place, old))).toBe('unknownKey');
  });

  it('names table and column in its error, and nothing of the row or the value', () => {
    const sealed = before.seal(place, '张三');
    const error = (() => {
      try {
        return before.open({ ...place, column: 'phone' }, sealed);
      } catch (thrown) {
        return thrown as CannotOpenField;
      }
    })();
    expect(error).toHaveProperty('message', 'A sealed value of member.phone does not open: movedOrAltered');
  });

  it('refuses to seal half a surrogate pair instead of changing it', () => {
    expect(() => before.seal(place, 'a\ud842')).toThrow(RangeError);
    expect(before.open(place, before.seal(place, '𠮷'))).toBe('𠮷');
  });
});
