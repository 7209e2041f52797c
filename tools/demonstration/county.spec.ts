import { createHash } from 'node:crypto';
import { parse } from 'csv-parse/sync';
/* eslint-disable @nx/enforce-module-boundaries -- The county is judged by the import's own rules, which no package exports. */
import {
  cellsOf,
  memberColumns,
  organisationColumns,
  readHeader,
  type ImportColumn,
} from '../../services/members/src/rules/import-columns.js';
import { readMemberLine } from '../../services/members/src/rules/read-member-line.js';
import { readOrganisationLine } from '../../services/members/src/rules/read-organisation-line.js';
/* eslint-enable @nx/enforce-module-boundaries */
import { makeCounty } from './county.mjs';
import { membersCsv, organisationsCsv } from './county-csv.mjs';

const members = 2_000;
const county = makeCounty({ members });

function fileOf(pieces: Iterable<string>): string {
  return [...pieces].join('');
}

function hashOf(pieces: Iterable<string>): string {
  return createHash('sha256').update(fileOf(pieces)).digest('hex');
}

function linesOf<Column extends ImportColumn>(file: string, contract: readonly Column[]) {
  const [header = [], ...records] = parse(file);
  const reading = readHeader(header, contract);
  if (reading.kind !== 'read') throw new Error(`The header is not read: ${reading.kind}`);
  expect(reading.unknownColumns).toEqual([]);
  return records.map((fields) => cellsOf(fields, reading.columns)!);
}

describe('the demonstration county', () => {
  it('is the same, byte for byte, from the same seed', () => {
    const again = makeCounty({ members });
    expect(hashOf(organisationsCsv(again))).toBe(hashOf(organisationsCsv(county)));
    expect(hashOf(membersCsv(again))).toBe(hashOf(membersCsv(county)));
  });

  it('is another from another seed', () => {
    const other = makeCounty({ members, seed: 'another' });
    expect(hashOf(organisationsCsv(other))).not.toBe(hashOf(organisationsCsv(county)));
    expect(hashOf(membersCsv(other))).not.toBe(hashOf(membersCsv(county)));
  });

  it('writes organisations that the import takes', () => {
    const lines = linesOf(fileOf(organisationsCsv(county)), organisationColumns);
    const readings = lines.map((cells, place) => readOrganisationLine(place + 2, cells));
    expect(readings.filter(({ kind }) => kind !== 'read')).toEqual([]);
    expect(readings).toHaveLength(county.organisations.length);
  });

  it('writes members that the import takes', () => {
    const lines = linesOf(fileOf(membersCsv(county)), memberColumns);
    const readings = lines.map((cells, place) => readMemberLine(place + 2, cells, '2025-01-01'));
    expect(readings.filter(({ kind }) => kind !== 'read')).toEqual([]);
    expect(readings).toHaveLength(members);
  });

  it('has five levels, twenty-six departments, and every organisation below one that comes before it', () => {
    expect(new Set(county.organisations.map(({ level }) => level))).toEqual(new Set([1, 2, 3, 4, 5]));
    expect(county.organisations.filter(({ kind }) => kind === 'DEPARTMENT')).toHaveLength(26);
    const before = new Map<string, number>();
    for (const { code, parentCode, level } of county.organisations) {
      expect(level).toBe(parentCode === null ? 1 : before.get(parentCode)! + 1);
      before.set(code, level);
    }
  });

  it('gives each organisation a code and each member a number of their own', () => {
    const everybody = [...county.members()];
    const distinct = (values: readonly string[]) => new Set(values).size;
    expect(distinct(county.organisations.map(({ code }) => code))).toBe(county.organisations.length);
    expect(distinct(county.organisations.map(({ unifiedCode }) => unifiedCode))).toBe(county.organisations.length);
    expect(everybody).toHaveLength(members);
    for (const numbers of [
      everybody.map(({ idNumber }) => idNumber),
      everybody.map(({ phone }) => phone),
      everybody.map(({ memberNumber }) => memberNumber),
    ]) {
      expect(distinct(numbers)).toBe(members);
    }
  });

  it('lies in an area that does not exist', () => {
    for (const { idNumber, phone } of county.members()) {
      expect(idNumber.startsWith('99')).toBe(true);
      expect(phone.startsWith('154')).toBe(true);
    }
    for (const { unifiedCode } of county.organisations) expect(unifiedCode.slice(2, 4)).toBe('99');
  });

  it('has most members verified by their union, and some not', () => {
    const everybody = [...county.members()];
    const verified = everybody.filter(({ verifiedBy }) => verifiedBy !== null);
    expect(verified.length / members).toBeGreaterThan(0.88);
    expect(verified.length / members).toBeLessThan(0.97);
    for (const { joinedOn, verifiedOn } of verified) expect(verifiedOn! >= joinedOn).toBe(true);
  });

  it('refuses a number of members that makes no county', () => {
    expect(() => makeCounty({ members: 10 })).toThrow(RangeError);
    expect(() => makeCounty({ members: 1.5e6 })).toThrow(RangeError);
  });
});
