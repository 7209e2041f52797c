import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { holdsPersonalNumber, isPersonalNumber, readDate, readStrata } from './read-cell.js';

describe('readDate', () => {
  it.each([
    ['2020-01-31', '2020-01-31'],
    ['2020/1/3', '2020-01-03'],
    ['2020.01.03', '2020-01-03'],
    ['20200103', '2020-01-03'],
    ['2020年1月3日', '2020-01-03'],
    ['２０２０－０１－０３', '2020-01-03'],
    ['2024-02-29', '2024-02-29'],
  ])('reads %s', (cell, date) => {
    expect(readDate(cell)).toBe(date);
  });

  it.each(['2023-02-29', '2020-13-01', '2020-00-10', '2020-1/3', '43831', '1899-12-31', '31.1.2020', '', 'x'])(
    'does not take %s for a date',
    (cell) => {
      expect(readDate(cell)).toBeNull();
    },
  );

  it('reads every day of a month back as it was written, and no day more', () => {
    const years = fc.integer({ min: 1900, max: 2199 });
    fc.assert(
      fc.property(years, fc.integer({ min: 1, max: 12 }), (year, month) => {
        const two = (value: number): string => String(value).padStart(2, '0');
        const days = Array.from({ length: 31 }, (_, place) => `${year}-${two(month)}-${two(place + 1)}`);
        const read = days.filter((date) => readDate(date) === date);
        expect(read).toHaveLength(Temporal.PlainYearMonth.from({ year, month }).daysInMonth);
      }),
    );
  });
});

describe('readStrata', () => {
  it('reads Chinese and English words, each once, in the order of the contract', () => {
    expect(readStrata('农民工；劳模、劳动模范|front line/FRONT_LINE')).toEqual([
      'FRONT_LINE',
      'MODEL_WORKER',
      'MIGRANT_WORKER',
    ]);
  });

  it('reads an empty cell as nothing and refuses an unknown word', () => {
    expect(readStrata(' ')).toEqual([]);
    expect(readStrata('劳模;外星人')).toBeNull();
  });
});

describe('holdsPersonalNumber', () => {
  it.each(['13900000001', '李四 13900000001', '李四 139-0000-0001', '990000 19800101 0012', '工行6222020200012345670'])(
    'sees the number in %s',
    (text) => {
      expect(holdsPersonalNumber(text)).toBe(true);
    },
  );

  it.each(['一区总工会', '2024年第3号', '10086', '20240301'])('sees none in %s', (text) => {
    expect(holdsPersonalNumber(text)).toBe(false);
  });
});

describe('isPersonalNumber', () => {
  it.each(['990000198001010012', '6222020200012345670', '13900000001', '139 0000 0001'])('takes %s for one', (text) => {
    expect(isPersonalNumber(text, '13900000001')).toBe(true);
  });

  it.each(['YS0000001', '13010000123', '20240301'])('leaves %s to the union', (text) => {
    expect(isPersonalNumber(text, '13900000001')).toBe(false);
  });
});
