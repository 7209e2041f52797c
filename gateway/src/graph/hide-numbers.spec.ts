import { hideNumbers } from './hide-numbers.js';

describe('hideNumbers', () => {
  it.each([
    ['Variable "$id" got invalid value "990000198001010012"', 'Variable "$id" got invalid value "…"'],
    ['Int cannot represent non-integer value: "13900000001"', 'Int cannot represent non-integer value: "…"'],
    ['Expected Name, found Int "99000019800101013X"', 'Expected Name, found Int "…"'],
    ['Cannot query field "p6222020200012345670" on type "Query".', 'Cannot query field "p…" on type "Query".'],
    ['"６２２２０２０２０００１２３４５６７０" is no date', '"…" is no date'],
    ['"139 0000 0001" is no date', '"…" is no date'],
  ])('takes the number out of %j', (message, told) => {
    expect(hideNumbers(message)).toBe(told);
  });

  it.each(['Syntax Error: Document contains more than 4000 tokens', '"2026-11-22" is no date', 'Line 12345678'])(
    'leaves %j as it is',
    (message) => {
      expect(hideNumbers(message)).toBe(message);
    },
  );
});
