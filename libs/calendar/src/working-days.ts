import { Temporal } from 'temporal-polyfill';
import { holidayNoticeOf } from './holiday-table.js';

/**
 * Whether public offices work on this date: Monday to Friday without the holidays, and the Saturdays and Sundays that
 * the State Council's notice makes working days.
 *
 * @param localDate `YYYY-MM-DD` in Shanghai
 * @throws HolidayTableEnds for a year without a holiday notice
 * @throws RangeError for a text that is no date
 */
export function isWorkingDay(localDate: string): boolean {
  return worksOn(Temporal.PlainDate.from(localDate));
}

/**
 * The n-th working day after a date. The date itself does not count (Civil Code, article 201), whether it is a working
 * day or not; n = 0 answers it unchanged.
 *
 * @param localDate `YYYY-MM-DD` in Shanghai
 * @param workingDays an integer from 0
 * @throws HolidayTableEnds when the count runs into a year without a holiday notice
 * @throws RangeError for a text that is no date, or a count that is negative or broken
 */
export function addWorkingDays(localDate: string, workingDays: number): string {
  if (!Number.isSafeInteger(workingDays) || workingDays < 0) {
    throw new RangeError(`Working days are counted from 0 upwards, in whole days: ${workingDays}`);
  }
  let date = Temporal.PlainDate.from(localDate);
  for (let left = workingDays; left > 0;) {
    date = date.add({ days: 1 });
    if (worksOn(date)) left -= 1;
  }
  return date.toString();
}

function worksOn(date: Temporal.PlainDate): boolean {
  const notice = holidayNoticeOf(date.toString(), date.year);
  return notice === 'madeUp' || (notice === 'ordinary' && date.dayOfWeek <= 5);
}
