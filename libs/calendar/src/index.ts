export { addWorkingDays, isWorkingDay } from './working-days.js';
export { HolidayTableEnds } from './holiday-table.js';
export { dueAfterCalendarMonths, dueAfterWorkingDays } from './due.js';
export { endOfShanghaiDay, shanghaiDate } from './shanghai-day.js';
