import { Temporal } from 'temporal-polyfill';

/** The one time zone in which this product counts days. */
const shanghai = 'Asia/Shanghai';

/**
 * The date in Shanghai at an instant.
 *
 * @param instantIso ISO 8601 with `Z` or an offset
 * @returns `YYYY-MM-DD`
 * @throws RangeError for a text that is no instant
 */
export function shanghaiDate(instantIso: string): string {
  return Temporal.Instant.from(instantIso).toZonedDateTimeISO(shanghai).toPlainDate().toString();
}

/**
 * 24:00 in Shanghai of a date: the first instant of the next day, so "until" compares with `<`.
 *
 * @param localDate `YYYY-MM-DD`
 * @returns ISO 8601 in UTC with milliseconds, as the database's instants are written
 * @throws RangeError for a text that is no date
 */
export function endOfShanghaiDay(localDate: string): string {
  const nextDay = Temporal.PlainDate.from(localDate).add({ days: 1 });
  return nextDay.toZonedDateTime(shanghai).toInstant().toString({ smallestUnit: 'millisecond' });
}
