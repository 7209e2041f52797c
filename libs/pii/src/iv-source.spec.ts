import { IvSource, ivLengthBytes } from './iv-source.js';

describe('IvSource', () => {
  it('gives none twice, also beyond what it draws at once', () => {
    const ivs = new IvSource();
    const given = new Set(Array.from({ length: 5_000 }, () => ivs.next().toString('hex')));
    expect(given.size).toBe(5_000);
    expect([...given].every((iv) => iv.length === ivLengthBytes * 2)).toBe(true);
  });

  it('shares nothing with another source', () => {
    const [left, right] = [new IvSource(), new IvSource()];
    const given = new Set(
      [left, right].flatMap((ivs) => Array.from({ length: 100 }, () => ivs.next().toString('hex'))),
    );
    expect(given.size).toBe(200);
  });
});
