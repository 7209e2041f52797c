import { RATINGS_PER_LINE, parseBoardLine } from './board-line.js';
import { canonicalJson } from './canonical-json.js';
import { ratingLines } from './rating-lines.js';

describe('lines of ratings', () => {
  const grades = Uint8Array.from({ length: RATINGS_PER_LINE + 2 }, (_, index) => index % 7);

  it('are canonical JSON with codes, at most a thousand ratings each', () => {
    const codes = Uint8Array.from({ length: grades.length * 8 }, (_, index) => (index * 31) % 256);
    const lines = [...ratingLines('target "1"', '1.20+', { grades, codes })];
    const parsed = lines.map((line) => JSON.parse(line) as { from: number; ratings: string[] });
    expect(parsed.map(({ from, ratings }) => [from, ratings.length])).toEqual([
      [0, RATINGS_PER_LINE],
      [RATINGS_PER_LINE, 2],
    ]);
    expect(parsed[0]!.ratings.slice(0, 2)).toEqual(['001f3e5d7c9bbad9=0', 'f81736557493b2d1=1']);
    expect(lines.map((line) => canonicalJson(JSON.parse(line)))).toEqual(lines);
    expect(lines.every((line) => parseBoardLine(line)?.kind === 'ratings')).toBe(true);
  });

  it('are digits where codes are off', () => {
    const [line = '', ...more] = ratingLines('t', '1', { grades: grades.subarray(0, 9), codes: new Uint8Array() });
    expect(more).toEqual([]);
    expect(line).toBe('{"answers":"012345601","cell":"1","from":0,"kind":"ratings","target":"t"}');
  });
});
