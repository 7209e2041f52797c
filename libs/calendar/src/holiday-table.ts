import { createRequire } from 'node:module';

interface HolidayTable {
  /** Days off, weekends inside a holiday included. */
  readonly holidays: Readonly<Record<string, string>>;
  /** Saturdays and Sundays that are worked to make up for a bridge day. */
  readonly workdays: Readonly<Record<string, string>>;
}

/**
 * The State Council's yearly holiday notices, collected by the package `chinese-days`. Only its table is used: its
 * functions read the weekday in the time zone of the process.
 */
const table = createRequire(import.meta.url)('chinese-days/dist/chinese-days.json') as HolidayTable;

const years: ReadonlySet<number> = new Set(Object.keys(table.holidays).map((date) => Number(date.slice(0, 4))));

/**
 * A working day was asked for in a year whose holiday notice the table does not hold. The notice for a year comes out
 * in the autumn before it; updating `chinese-days` brings it.
 */
export class HolidayTableEnds extends Error {
  readonly firstYear = Math.min(...years);
  readonly lastYear = Math.max(...years);

  constructor(readonly year: number) {
    super(`No holiday notice for ${year}: update the package chinese-days, or count in calendar days`);
    this.name = 'HolidayTableEnds';
  }
}

/**
 * What the notices say of a date; `ordinary` leaves it to the weekday.
 *
 * @throws HolidayTableEnds for a year without a notice
 */
export function holidayNoticeOf(localDate: string, year: number): 'dayOff' | 'madeUp' | 'ordinary' {
  if (!years.has(year)) throw new HolidayTableEnds(year);
  if (localDate in table.workdays) return 'madeUp';
  return localDate in table.holidays ? 'dayOff' : 'ordinary';
}
