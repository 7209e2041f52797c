import iconv from 'iconv-lite';
import { anIdNumber, importMembers, membersCsv, phoneOf } from '../support/county.js';
import type { World } from './world.js';

export function badImportFiles(world: World): void {
  describe('import files', () => {
    const header = '姓名,身份证号,手机号,所属组织编码,入会日期';
    async function importCsv(input: object) {
      return (await world.product.read(world.county.administrator, importMembers, { input })).importMembers;
    }

    world.step('in GB18030 are read, and each broken line comes back with its number and reason', async () => {
      const lines = [
        `${header},会员编号`,
        `张三,${anIdNumber(500)},${phoneOf(500)},B1,2020-01-31,M0500`,
        `李四,990000196001010000,${phoneOf(501)},B1,2020-01-31,`,
        `王五,${anIdNumber(502)},${phoneOf(502)},NOWHERE,2020-01-31,`,
        `赵六,${anIdNumber(503)}`,
        `"孙七,${anIdNumber(504)},${phoneOf(504)},B1,2020-01-31,`,
        `周八,${phoneOf(505)},${anIdNumber(505)},B1,2020-01-31,${anIdNumber(505)}`,
        `吴九,${anIdNumber(506)},${phoneOf(506)},B1,2020-01-31,M0506`,
      ].join('\r\n');
      world.refusedNumbers.push('990000196001010000');
      for (let order = 500; order <= 506; order += 1) world.refusedNumbers.push(anIdNumber(order), phoneOf(order));
      const { run } = await importCsv({ csvBase64: iconv.encode(lines, 'gb18030').toString('base64') });
      expect(run).toMatchObject({ encoding: 'GB18030', added: 2 });
      expect(run.errors.edges.map(({ node }: { node: object }) => node)).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ lineNumber: 3, field: 'idNumber', code: 'ID_NUMBER_CHECK_CHARACTER' }),
          expect.objectContaining({ lineNumber: 4, field: 'organisationCode', code: 'ORGANISATION_UNKNOWN' }),
          expect.objectContaining({ lineNumber: 5, code: 'WRONG_FIELD_COUNT' }),
          expect.objectContaining({ lineNumber: 6, code: 'BROKEN_QUOTES' }),
          expect.objectContaining({ lineNumber: 7, field: 'idNumber', code: 'ID_NUMBER_MALFORMED' }),
          expect.objectContaining({ lineNumber: 7, field: 'memberNumber', code: 'PERSONAL_NUMBER_MISPLACED' }),
        ]),
      );
      for (const { node } of run.errors.edges) expect(node.reasonZh).toMatch(/\p{Script=Han}/u);
    });

    world.step('without a column that is needed, empty, or too large are refused whole', async () => {
      expect(await importCsv({ csvText: '姓名,手机号\r\n张三,13900000001' })).toMatchObject({
        __typename: 'ImportColumnsMissing',
        code: 'IMPORT_COLUMNS_MISSING',
      });
      expect(await importCsv({ csvText: '' })).toMatchObject({ code: 'IMPORT_NOT_READABLE' });
      expect(await importCsv({ csvText: `${header},手机号码\r\n` })).toMatchObject({ code: 'IMPORT_COLUMNS_REPEATED' });
      const line = `\r\n张三,${anIdNumber(600)},${phoneOf(600)},B1,2020-01-31`;
      world.refusedNumbers.push(anIdNumber(600), phoneOf(600));
      expect(await importCsv({ csvText: header + line.repeat(Math.ceil(1_000_000 / line.length)) })).toMatchObject({
        __typename: 'ImportTooLarge',
        code: 'IMPORT_TOO_LARGE',
      });
      const zeros = await importCsv({ csvBase64: Buffer.alloc(2_000).toString('base64') });
      expect(zeros).toMatchObject({ code: 'IMPORT_NOT_READABLE' });
    });

    world.step('change nothing for who was registered before, and register nobody twice', async () => {
      const again = await importCsv({ csvText: membersCsv(world.members) });
      expect(again.run).toMatchObject({ added: 0, corrected: 0, refused: 0, unchanged: world.members.length });
      const [stored] = await world.product.rows<{ count: string }>('members', 'SELECT count(*) FROM member');
      expect(Number(stored!.count)).toBe(world.members.length + 2);
    });

    world.step('are for administrators alone', async () => {
      const { errors } = await world.product.ask(world.county.cityOfficer, importMembers, {
        input: { csvText: header },
      });
      expect(errors?.[0]).toMatchObject({ extensions: { code: 'ACCESS_DENIED' } });
    });
  });
}
