import fc from 'fast-check';
import { targets } from '../test/builders.js';
import { CODE_BYTES, decodeBallot, encodeBallot, plaintextSize } from './index.js';

const scale = { grades: 5, passGrades: [1, 2, 3], badGrades: [4, 5] };
const manifestOf = (targetCount: number, codes: boolean) => ({ targetIds: targets(targetCount), scale, codes });

/** Answers with a code for each, never all zero. */
const aBallot = fc.integer({ min: 1, max: 90 }).chain((targetCount) =>
  fc.record({
    grades: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: targetCount, maxLength: targetCount }),
    codes: fc.uint8Array({ minLength: targetCount * CODE_BYTES, maxLength: targetCount * CODE_BYTES }).map((codes) => {
      for (let at = 0; at < codes.length; at += CODE_BYTES) codes[at] = (codes[at] ?? 0) | 1;
      return new Uint8Array(codes);
    }),
  }),
);

describe('the plaintext of a ballot', () => {
  it('has one length for so many targets', () => {
    expect([1, 26, 28, 29, 56, 57].map(plaintextSize)).toEqual([256, 256, 256, 512, 512, 768]);
  });

  it('comes back as it was written', () => {
    fc.assert(
      fc.property(aBallot, fc.boolean(), ({ grades, codes }, withCodes) => {
        const bytes = encodeBallot(grades, withCodes ? codes : null);
        expect(bytes.length).toBe(plaintextSize(grades.length));
        expect(decodeBallot(bytes, manifestOf(grades.length, withCodes))).toEqual({
          kind: 'ballot',
          grades: Uint8Array.from(grades),
          codes: withCodes ? codes : new Uint8Array(),
        });
      }),
    );
  });

  it('is read in one way only: whatever is accepted would be written the same', () => {
    const sizes = fc.constantFrom(1, 28, 29);
    fc.assert(
      fc.property(sizes, fc.boolean(), fc.infiniteStream(fc.nat({ max: 3_000 })), (targetCount, withCodes, stream) => {
        const numbers = stream[Symbol.iterator]();
        const next = (): number => Number(numbers.next().value);
        const codes = withCodes ? new Uint8Array(targetCount * CODE_BYTES).fill(7) : null;
        const bytes = encodeBallot(new Uint8Array(targetCount).fill(3), codes);
        for (let change = 0; change < 3; change += 1) bytes[next() % bytes.length] = next() % 9;
        const decoded = decodeBallot(bytes, manifestOf(targetCount, withCodes));
        if (decoded.kind === 'ballot') {
          expect(encodeBallot(decoded.grades, withCodes ? decoded.codes : null)).toEqual(bytes);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is spoiled by what no client of ours writes', () => {
    const manifest = manifestOf(3, true);
    const good = (): Uint8Array => encodeBallot([1, 6, 0], new Uint8Array(24).fill(9));
    const changed = (at: number, byte: number): Uint8Array => {
      const bytes = good();
      bytes[at] = byte;
      return bytes;
    };
    const reason = (bytes: Uint8Array, of: Parameters<typeof decodeBallot>[1] = manifest): string => {
      const decoded = decodeBallot(bytes, of);
      return decoded.kind === 'spoiled' ? decoded.reason : decoded.kind;
    };
    expect(reason(good())).toBe('ballot');
    expect(reason(good().subarray(1))).toBe('wrongLength');
    expect(reason(changed(0, 2))).toBe('wrongVersion');
    expect(reason(changed(2, 7))).toBe('unknownAnswer');
    expect(reason(changed(255, 1))).toBe('tailNotZero');
    expect(reason(good().fill(0, 12, 20))).toBe('missingCode');
    expect(reason(good(), manifestOf(3, false))).toBe('unexpectedCode');
    expect(reason(changed(1, 4), { ...manifest, scale: { ...scale, grades: 3 } })).toBe('unknownAnswer');
  });

  it('cannot be written with an answer that does not exist', () => {
    for (const answer of [7, -1, 1.5, Number.NaN]) expect(() => encodeBallot([answer], null)).toThrow(RangeError);
    expect(() => encodeBallot([1], new Uint8Array(7))).toThrow(RangeError);
  });
});
