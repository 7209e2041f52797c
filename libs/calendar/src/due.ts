import { Temporal } from 'temporal-polyfill';
import { endOfShanghaiDay, shanghaiDate } from './shanghai-day.js';
import { addWorkingDays } from './working-days.js';

/**
 * When something is due that has calendar months of time: 24:00 in Shanghai on the day with the same number, or on the
 * last day of a shorter month (Civil Code, article 202). Holidays do not move it.
 *
 * @param instantIso ISO 8601 instant of the cause; its date in Shanghai counts
 * @param months an integer from 0
 * @returns ISO 8601 in UTC with milliseconds
 * @throws RangeError for a text that is no instant, or a count that is negative or broken
 */
export function dueAfterCalendarMonths(instantIso: string, months: number): string {
  if (!Number.isSafeInteger(months) || months < 0) {
    throw new RangeError(`Months are counted from 0 upwards, as a whole: ${months}`);
  }
  const dueDate = Temporal.PlainDate.from(shanghaiDate(instantIso)).add({ months }, { overflow: 'constrain' });
  return endOfShanghaiDay(dueDate.toString());
}

/**
 * When something is due that has working days of time: 24:00 in Shanghai on the n-th working day after the cause.
 *
 * @param instantIso ISO 8601 instant of the cause; its date in Shanghai counts
 * @throws HolidayTableEnds when the count runs into a year without a holiday notice
 * @throws RangeError for a text that is no instant, or a count that is negative or broken
 */
export function dueAfterWorkingDays(instantIso: string, workingDays: number): string {
  return endOfShanghaiDay(addWorkingDays(shanghaiDate(instantIso), workingDays));
}
