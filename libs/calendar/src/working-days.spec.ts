import fc from 'fast-check';
import { HolidayTableEnds } from './holiday-table.js';
import { addWorkingDays, isWorkingDay } from './working-days.js';

const dates = fc
  .date({ min: new Date('2005-01-01'), max: new Date('2025-06-30'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));

describe('isWorkingDay', () => {
  it.each([
    ['2026-01-01', false, "New Year's Day"],
    ['2026-01-02', false, 'a Friday off, made up for on Sunday'],
    ['2026-01-04', true, 'a Sunday that is worked'],
    ['2026-02-14', true, 'a Saturday worked before the Spring Festival'],
    ['2026-02-16', false, "New Year's Eve of the lunar year"],
    ['2026-02-23', false, 'the last Monday of the Spring Festival'],
    ['2026-02-28', true, 'a Saturday worked after the Spring Festival'],
    ['2026-05-09', true, 'a Saturday worked for Labour Day'],
    ['2026-09-19', false, 'an ordinary Saturday'],
    ['2026-09-20', true, 'a Sunday worked for National Day'],
    ['2020-11-23', true, 'an ordinary Monday'],
    ['2020-01-31', false, 'the extended Spring Festival of 2020'],
  ])('%s: %s (%s)', (date, works) => {
    expect(isWorkingDay(date)).toBe(works);
  });

  it('refuses a year without a holiday notice and says which years it knows', () => {
    expect(() => isWorkingDay('2003-12-31')).toThrow(HolidayTableEnds);
    expect(() => isWorkingDay('2099-03-02')).toThrow(/2099.*chinese-days/);
    try {
      isWorkingDay('2099-03-02');
    } catch (error) {
      expect(error).toMatchObject({ year: 2099, firstYear: 2004 });
      expect((error as HolidayTableEnds).lastYear).toBeGreaterThanOrEqual(2026);
    }
  });

  it('refuses a text that is no date', () => {
    expect(() => isWorkingDay('2026-02-30')).toThrow(RangeError);
    expect(() => isWorkingDay('23 November')).toThrow(RangeError);
  });
});

describe('addWorkingDays', () => {
  it.each([
    ['2020-11-23', 3, '2020-11-26'],
    ['2020-11-27', 1, '2020-11-30'],
    ['2025-12-31', 1, '2026-01-04'],
    ['2026-02-13', 1, '2026-02-14'],
    ['2026-02-14', 1, '2026-02-24'],
    ['2026-02-24', 5, '2026-03-02'],
    ['2026-09-30', 3, '2026-10-10'],
    ['2026-10-03', 0, '2026-10-03'],
  ])('from %s, %i working days: %s', (from, days, expected) => {
    expect(addWorkingDays(from, days)).toBe(expected);
  });

  it('ends on a working day and passes exactly as many as asked for', () => {
    fc.assert(
      fc.property(dates, fc.integer({ min: 1, max: 60 }), (from, count) => {
        const end = addWorkingDays(from, count);
        expect(isWorkingDay(end)).toBe(true);
        expect(workingDaysBetween(from, end)).toBe(count);
      }),
      { numRuns: 50 },
    );
  });

  it('takes two steps as far as one', () => {
    fc.assert(
      fc.property(dates, fc.nat({ max: 30 }), fc.nat({ max: 30 }), (from, first, second) => {
        expect(addWorkingDays(addWorkingDays(from, first), second)).toBe(addWorkingDays(from, first + second));
      }),
      { numRuns: 50 },
    );
  });

  it('refuses a count that is negative or broken', () => {
    expect(() => addWorkingDays('2026-03-02', -1)).toThrow(RangeError);
    expect(() => addWorkingDays('2026-03-02', 1.5)).toThrow(RangeError);
  });

  it('refuses to guess beyond the holiday table', () => {
    expect(() => addWorkingDays('2026-12-01', 100_000)).toThrow(HolidayTableEnds);
  });
});

function workingDaysBetween(after: string, until: string): number {
  let count = 0;
  for (let day = Date.parse(after) + 86_400_000; day <= Date.parse(until); day += 86_400_000) {
    if (isWorkingDay(new Date(day).toISOString().slice(0, 10))) count += 1;
  }
  return count;
}
