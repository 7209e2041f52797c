import fc from 'fast-check';
import { dueAfterCalendarMonths, dueAfterWorkingDays } from './due.js';
import { endOfShanghaiDay, shanghaiDate } from './shanghai-day.js';

const instants = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2090-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());

describe('shanghaiDate', () => {
  it.each([
    ['2020-11-22T15:59:59.999Z', '2020-11-22'],
    ['2020-11-22T16:00:00.000Z', '2020-11-23'],
    ['2020-11-23T00:30:00+08:00', '2020-11-23'],
  ])('at %s it is %s', (instant, date) => {
    expect(shanghaiDate(instant)).toBe(date);
  });

  it('refuses a text that is no instant', () => {
    expect(() => shanghaiDate('2020-11-22T15:59')).toThrow(RangeError);
  });
});

describe('endOfShanghaiDay', () => {
  it('is 16:00 in UTC, written as the database writes instants', () => {
    expect(endOfShanghaiDay('2020-12-31')).toBe('2020-12-31T16:00:00.000Z');
  });

  it('is the first instant of the next day', () => {
    fc.assert(
      fc.property(instants, (instant) => {
        const end = endOfShanghaiDay(shanghaiDate(instant));
        const lastMillisecond = new Date(Date.parse(end) - 1).toISOString();
        expect(Date.parse(end)).toBeGreaterThan(Date.parse(instant));
        expect(shanghaiDate(lastMillisecond)).toBe(shanghaiDate(instant));
        expect(shanghaiDate(end)).not.toBe(shanghaiDate(instant));
      }),
    );
  });
});

describe('dueAfterCalendarMonths', () => {
  it.each([
    ['2026-01-31T04:00:00Z', 1, '2026-02-28T16:00:00.000Z', 'a shorter month'],
    ['2024-01-31T04:00:00Z', 1, '2024-02-29T16:00:00.000Z', 'a leap year'],
    ['2026-01-30T16:00:00Z', 1, '2026-02-28T16:00:00.000Z', 'already the 31st in Shanghai'],
    ['2026-03-31T04:00:00Z', 1, '2026-04-30T16:00:00.000Z', 'thirty days'],
    ['2026-02-28T04:00:00Z', 1, '2026-03-28T16:00:00.000Z', 'the same number, not the last day'],
    ['2020-12-23T04:00:00Z', 1, '2021-01-23T16:00:00.000Z', 'over the turn of the year'],
    ['2023-11-30T04:00:00Z', 3, '2024-02-29T16:00:00.000Z', 'three months'],
    ['2020-11-23T04:00:00Z', 0, '2020-11-23T16:00:00.000Z', 'the same day'],
  ])('from %s, %i months: %s (%s)', (instant, months, due) => {
    expect(dueAfterCalendarMonths(instant, months)).toBe(due);
  });

  it('falls in the month asked for, on the same day of it or on its last', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: 1, max: 24 }), (instant, months) => {
        const [fromYear, fromMonth, fromDay] = shanghaiDate(instant).split('-').map(Number);
        const due = dueAfterCalendarMonths(instant, months);
        const lastDate = shanghaiDate(new Date(Date.parse(due) - 1).toISOString());
        const [year, month, day] = lastDate.split('-').map(Number);
        expect(year! * 12 + month!).toBe(fromYear! * 12 + fromMonth! + months);
        expect(day).toBe(Math.min(fromDay!, new Date(Date.UTC(year!, month, 0)).getUTCDate()));
      }),
    );
  });

  it('refuses a count that is negative or broken', () => {
    expect(() => dueAfterCalendarMonths('2026-01-31T04:00:00Z', -1)).toThrow(RangeError);
    expect(() => dueAfterCalendarMonths('2026-01-31T04:00:00Z', 0.5)).toThrow(RangeError);
  });
});

describe('dueAfterWorkingDays', () => {
  it('gives three working days over a weekend until 24:00 in Shanghai', () => {
    expect(dueAfterWorkingDays('2020-11-27T04:00:00Z', 3)).toBe('2020-12-02T16:00:00.000Z');
  });

  it('counts from the date in Shanghai', () => {
    expect(dueAfterWorkingDays('2020-11-29T16:30:00Z', 1)).toBe('2020-12-01T16:00:00.000Z');
  });
});
