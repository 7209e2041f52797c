import fc from 'fast-check';
import { layOutTree } from './lay-out-tree.js';
import { planOrganisationImport, type RegisteredOrganisation } from './plan-organisation-import.js';
import type { OrganisationLine } from './read-organisation-line.js';

const stored = (code: string, parentCode: string | null, isInReach = true): RegisteredOrganisation => ({
  code,
  parentCode,
  kind: 'FEDERATION',
  nameZh: code,
  nameEn: null,
  unifiedCode: null,
  status: 'ACTIVE',
  isInReach,
});
const aLine = (lineNumber: number, code: string, parentCode: string | null): OrganisationLine => ({
  lineNumber,
  code,
  parentCode,
  kind: 'FEDERATION',
  nameZh: code,
});
const register = [stored('A', null), stored('B', 'A'), stored('C', 'B'), stored('D', 'A')];

describe('planOrganisationImport', () => {
  it('puts parents before children, whatever the order of the file', () => {
    const plan = planOrganisationImport([], [aLine(2, 'C', 'B'), aLine(3, 'B', 'A'), aLine(4, 'A', null)], true);
    expect(plan.added.map(({ code }) => code)).toEqual(['A', 'B', 'C']);
    expect(plan.problems).toEqual([]);
  });

  it('lets a file turn a branch around when the whole of it holds', () => {
    const plan = planOrganisationImport(register, [aLine(2, 'C', 'A'), aLine(3, 'B', 'C')], true);
    expect(plan.corrected.map(({ code }) => code)).toEqual(['C', 'B']);
  });

  it('refuses the half that makes a ring, and judges the rest without it', () => {
    const plan = planOrganisationImport(register, [aLine(2, 'B', 'C'), aLine(3, 'E', 'C')], true);
    expect(plan.problems).toEqual([{ lineNumber: 2, field: 'parentCode', code: 'PARENT_CYCLE' }]);
    expect(plan.added.map(({ code }) => code)).toEqual(['E']);
  });

  it('refuses new organisations below one that does not land, all at once', () => {
    const chain = Array.from({ length: 5_000 }, (_, place) =>
      aLine(place + 2, `X${place}`, place === 0 ? 'NOWHERE' : `X${place - 1}`),
    );
    const plan = planOrganisationImport(register, chain, true);
    expect(plan.problems).toHaveLength(5_000);
    expect(new Set(plan.problems.map(({ code }) => code))).toEqual(new Set(['PARENT_UNKNOWN']));
  });

  it('limits the depth of the tree', () => {
    const chain = Array.from({ length: 20 }, (_, place) =>
      aLine(place + 2, `X${place}`, place === 0 ? 'A' : `X${place - 1}`),
    );
    const plan = planOrganisationImport(register, chain, true);
    expect(plan.added).toHaveLength(15);
    expect(plan.problems.every(({ code }) => code === 'TREE_TOO_DEEP')).toBe(true);
  });

  it('keeps who is at the top at the top', () => {
    const plan = planOrganisationImport(register, [aLine(2, 'A', 'B'), aLine(3, 'R', null)], true);
    expect(plan.problems.map(({ lineNumber, code }) => [lineNumber, code])).toEqual([
      [2, 'PARENT_CYCLE'],
      [3, 'SECOND_ROOT'],
    ]);
  });

  it('plans a tree that hangs together, whatever the lines say', () => {
    const code = fc.constantFrom(...'ABCDEFGH');
    const line = fc.record({ code, parentCode: fc.option(fc.constantFrom(...'ABCDEFGHZ'), { nil: null }) });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.boolean(), (said, isEmpty) => {
        const before = isEmpty ? [] : register;
        const lines = said.map((one, place) => aLine(place + 2, one.code, one.parentCode));
        const plan = planOrganisationImport(before, lines, true);
        const after = new Map<string, string | null>(before.map((one) => [one.code, one.parentCode]));
        for (const one of [...plan.added, ...plan.corrected]) after.set(one.code, one.parentCode);
        const paths = layOutTree([...after].map(([id, parentId], node) => ({ id, parentId, node })));
        expect(paths.size).toBe(after.size);
        expect([...after.values()].filter((parent) => parent === null).length).toBeLessThanOrEqual(1);
        const judged = plan.added.length + plan.corrected.length + plan.unchangedCount + plan.problems.length;
        expect(judged).toBe(lines.length);
      }),
    );
  });
});
