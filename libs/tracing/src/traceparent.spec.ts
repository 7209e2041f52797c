import fc from 'fast-check';
import { isSampled, readTraceparent, writeTraceparent } from './traceparent.js';

const good = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('traceparent', () => {
  it('is read and written as the standard says', () => {
    const context = readTraceparent(good);
    expect(context).toMatchObject({ traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' });
    expect(isSampled(context!)).toBe(true);
    expect(writeTraceparent(context!)).toBe(good);
  });

  it.each([
    [
      'of a later version, with more behind',
      'cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-follows',
      true,
    ],
    ['with flags nobody knows yet', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-ff', true],
    ['that says it is not recorded', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-02', false],
  ])('is believed when it comes %s', (_how, text, isRecorded) => {
    expect(isSampled(readTraceparent(text)!)).toBe(isRecorded);
  });

  it.each([
    ['nothing', undefined],
    ['an empty text', ''],
    ['a trace of zeros', '00-00000000000000000000000000000000-b7ad6b7169203331-01'],
    ['a span of zeros', '00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01'],
    ['capital letters', good.toUpperCase()],
    ['the version that is none', good.replace('00', 'ff')],
    ['more than this version has', `${good}-more`],
    ['less', good.slice(0, -1)],
    ['something of the size of a page', `cc${good.slice(2)}-${'x'.repeat(4_000)}`],
  ])('is not believed when it is %s', (_what, text) => {
    expect(readTraceparent(text)).toBeNull();
  });

  it('holds nothing but ids and a flag, whatever was sent', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((more) => `cc${good.slice(2)}-${more}`),
        ),
        (text) => {
          const context = readTraceparent(text);
          return context === null || writeTraceparent(context) === good;
        },
      ),
    );
  });
});
