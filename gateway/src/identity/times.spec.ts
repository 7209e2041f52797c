import { isMadeNow } from './times.js';

describe('the clock of a client', () => {
  it.each([
    [-61, false],
    [-60, true],
    [0, true],
    [10, true],
    [11, false],
    [60, false],
  ])('%i s off is accepted: %s', (offSeconds, isAccepted) => {
    expect(isMadeNow(1_000_000 + offSeconds, 1_000_000)).toBe(isAccepted);
  });

  it.each([undefined, null, '1000000', Number.NaN])('is not guessed from %s', (iat) => {
    expect(isMadeNow(iat, 1_000_000)).toBe(false);
  });
});
