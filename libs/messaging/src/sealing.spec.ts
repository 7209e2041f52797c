import { randomBytes } from 'node:crypto';
import { Sealing } from './sealing.js';

describe('Sealing', () => {
  const [key, otherKey] = [randomBytes(32), randomBytes(32)];
  const plain = Buffer.from('{"number":7}');

  it('opens what it sealed, at its place alone', () => {
    const sealing = new Sealing(key);
    const sealed = sealing.seal(plain, 'row 1');
    expect(sealing.open(sealed, 'row 1')).toEqual(plain);
    expect(sealing.open(sealed, 'row 2')).toBeNull();
  });

  it('never seals the same text to the same bytes', () => {
    const sealing = new Sealing(key);
    expect(sealing.seal(plain, 'row 1').bytes).not.toEqual(sealing.seal(plain, 'row 1').bytes);
  });

  it('notices every changed byte', () => {
    const sealing = new Sealing(key);
    const { keyId, bytes } = sealing.seal(plain, 'row 1');
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(sealing.open({ keyId, bytes: changed }, 'row 1')).toBeNull();
    }
  });

  it('opens with a former key and seals with the current one', () => {
    const sealed = new Sealing(key).seal(plain, 'row 1');
    const rotated = new Sealing(otherKey, [key]);
    expect(rotated.open(sealed, 'row 1')).toEqual(plain);
    expect(new Sealing(otherKey).open(sealed, 'row 1')).toBeNull();
    expect(new Sealing(otherKey).open(rotated.seal(plain, 'row 1'), 'row 1')).toEqual(plain);
  });

  it('refuses a key of another length', () => {
    expect(() => new Sealing(randomBytes(16))).toThrow('32 bytes');
  });

  it('tells parts apart by where they end', () => {
    const sealing = new Sealing(key);
    expect(sealing.fingerprint('ab', 'c')).not.toEqual(sealing.fingerprint('a', 'bc'));
    expect(sealing.fingerprint('ab', 'c')).toEqual(sealing.fingerprint('ab', 'c'));
  });
});
