import { memberChanged, memberRegistered, type EventContract, type PayloadOf } from '@zhijia/contracts';
import { execute, row, rows } from '@zhijia/database';
import { describeError } from '@zhijia/logging';
import { openTestDatabase, until, type TestDatabase } from '@zhijia/testing';
import iconv from 'iconv-lite';
import {
  aMemberLine,
  anIdNumber,
  aPhone,
  commandLine,
  emptyRegister,
  importsOn,
  memberFile,
  memberHeader,
  portionLines,
  smallTree,
} from '../../test/builders.js';
import { membersMigrations } from '../migrations/index.js';
import type { ImportSource } from './import-source.js';
import { sourceFromBytes } from './import-source.js';

describe('ImportMembers', () => {
  let database: TestDatabase;
  let imports: ReturnType<typeof importsOn>;

  beforeAll(async () => {
    database = await openTestDatabase({ migrations: membersMigrations });
    imports = importsOn(database.dataSource);
  });
  beforeEach(async () => {
    await emptyRegister(database.dataSource);
    await imports.organisations(smallTree);
  });
  afterAll(() => database.close());

  const idOf = async (code: string): Promise<string> =>
    (await row<{ id: string }>(database.dataSource, 'SELECT id FROM organisation WHERE code = $1', [code]))?.id ?? '';
  const told = async <Contract extends EventContract>(contract: Contract): Promise<PayloadOf<Contract>[]> =>
    (
      await rows<{ payload: PayloadOf<Contract> }>(
        database.dataSource,
        'SELECT payload FROM outbox WHERE type = $1 ORDER BY id',
        [contract.type],
      )
    ).map(({ payload }) => payload);
  const countOf = async (table: string): Promise<number> =>
    (await row<{ count: number }>(database.dataSource, `SELECT count(*) FROM ${table}`))?.count ?? -1;

  it('registers members with history and events, and seals who they are', async () => {
    const run = await imports.members(
      memberFile(
        aMemberLine(1, { verifiedBy: '一区总工会', verifiedOn: '2024/3/1', strata: '劳模；农民工' }),
        aMemberLine(2, { memberNumber: 'M-2' }),
      ),
    );
    expect(run).toMatchObject({ state: 'FINISHED', encoding: 'UTF_8', linesRead: 2, added: 2, refused: 0 });
    const events = await told(memberRegistered);
    expect(events.map(({ memberId: _, ...facts }) => facts)).toEqual([
      {
        version: 1,
        organisationId: await idOf('B1'),
        status: 'ACTIVE',
        verification: 'UNION_ATTESTED',
        strata: ['MODEL_WORKER', 'MIGRANT_WORKER'],
        joinedOn: '2020-01-31',
      },
      {
        version: 1,
        organisationId: await idOf('B1'),
        status: 'ACTIVE',
        verification: 'NONE',
        strata: ['FRONT_LINE'],
        joinedOn: '2020-01-31',
      },
    ]);
    const stored = await row<{ id: string; name: Buffer; number: Buffer; text: string }>(
      database.dataSource,
      `SELECT id, full_name_sealed AS name, id_number_sealed AS number, member::text AS text
       FROM member WHERE id = $1`,
      [events[0]?.memberId],
    );
    expect(imports.personal.openFullName(stored?.id ?? '', stored?.name ?? Buffer.of())).toBe('欧阳小红');
    expect(imports.personal.openIdNumber(stored?.id ?? '', stored?.number ?? Buffer.of())).toBe(anIdNumber(1));
    expect(stored?.text).not.toContain(Buffer.from('欧阳小红').toString('hex'));
    expect(
      await rows(database.dataSource, 'SELECT change FROM member_history WHERE import_run_id = $1', [run.id]),
    ).toEqual([{ change: 'REGISTERED' }, { change: 'REGISTERED' }]);
    expect(await countOf('import_line')).toBe(0);
  });

  it('changes nothing and tells nothing when the same file comes again', async () => {
    const file = memberFile(...Array.from({ length: 20 }, (_, order) => aMemberLine(order)));
    await imports.members(file);
    const run = await imports.members(file);
    expect(run).toMatchObject({ added: 0, corrected: 0, unchanged: 20, refused: 0 });
    expect(await told(memberRegistered)).toHaveLength(20);
    expect(await told(memberChanged)).toHaveLength(0);
  });

  it('lands each member once when the same file is imported twice at once', async () => {
    const file = memberFile(...Array.from({ length: 225 }, (_, order) => aMemberLine(order)));
    const runs = await Promise.all([imports.members(file), imports.members(file)]);
    expect(runs.reduce((sum, run) => sum + run.added, 0)).toBe(225);
    expect(runs.reduce((sum, run) => sum + run.unchanged, 0)).toBe(225);
    expect(await countOf('member')).toBe(225);
    expect(await countOf('member_history')).toBe(225);
    expect(await told(memberRegistered)).toHaveLength(225);
  });

  it('goes on where it was when it was stopped halfway', async () => {
    const lines = Array.from({ length: 325 }, (_, order) => aMemberLine(order));
    const file = memberFile(aMemberLine(0, { phone: 'x' }), ...lines, aMemberLine(5));
    const stop = new AbortController();
    const broken = await imports.useCases.members.run({
      source: sourceFromBytes(file),
      importer: commandLine,
      isDryRun: false,
      portionLines,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    expect(broken.kind).toBe('brokenOff');
    const half = await countOf('member');
    expect(half).toBeGreaterThan(0);
    expect(half).toBeLessThan(325);

    const run = await imports.members(file);
    expect('run' in broken && broken.run.id).toBe(run.id);
    expect(run).toMatchObject({ state: 'FINISHED', linesRead: 327, added: 325, unchanged: 0, refused: 2 });
    expect(await imports.errors(run)).toEqual(['2 phone PHONE_MALFORMED', '328 idNumber DUPLICATE_IN_FILE']);
    expect(await countOf('member')).toBe(325);
    expect(await told(memberRegistered)).toHaveLength(325);
    expect(await rows(database.dataSource, 'SELECT state FROM import_run WHERE kind = $1', ['MEMBERS'])).toEqual([
      { state: 'FINISHED' },
    ]);
  });

  it('begins anew when another file was imported since it was stopped', async () => {
    const lines = Array.from({ length: 125 }, (_, order) => aMemberLine(order));
    const stop = new AbortController();
    await imports.useCases.members.run({
      source: sourceFromBytes(memberFile(...lines)),
      importer: commandLine,
      isDryRun: false,
      portionLines,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await imports.members(memberFile(aMemberLine(0, { organisationCode: 'B3' })));
    const run = await imports.members(memberFile(...lines));
    expect(run).toMatchObject({ added: 25, corrected: 1, unchanged: 99 });
  });

  it('leaves whole portions and an import to go on with when reading fails', async () => {
    const file = memberFile(...Array.from({ length: 325 }, (_, order) => aMemberLine(order)));
    let opened = 0;
    const failing: ImportSource = {
      open: async function* () {
        opened += 1;
        for (let start = 0; start < file.length; start += 1_024) {
          if (opened === 3 && start > file.length / 2) throw new Error('The disk is gone');
          yield file.subarray(start, start + 1_024);
          await Promise.resolve();
        }
      },
    };
    const request = { source: failing, importer: commandLine, isDryRun: false, portionLines };
    await expect(imports.useCases.members.run(request)).rejects.toThrow('The disk is gone');
    expect((await countOf('member')) % portionLines).toBe(0);
    const run = await imports.members(file);
    expect(run).toMatchObject({ added: 325, linesRead: 325 });
    expect(await countOf('member')).toBe(325);
  });

  it('reads GB18030 with Chinese headers, and says what it read', async () => {
    const text = [
      '姓名,身份证号,手机号,所属组织编码,入会日期,人员类别,核验人,核验日期,备注',
      `阿依古丽·买买提,${anIdNumber(1)},${aPhone(1)},B1,2020年1月31日,困难职工、一线职工,市总工会,2024-03-01,无`,
      `㐀㐁𠀀,${anIdNumber(2)},+86 ${aPhone(2)},B2,20200131,,,,`,
    ].join('\r\n');
    const run = await imports.members(iconv.encode(text, 'gb18030'));
    expect(run).toMatchObject({ encoding: 'GB18030', added: 2, refused: 0, unknownColumns: ['备注'] });
    const names = await rows<{ id: string; name: Buffer }>(
      database.dataSource,
      'SELECT id, full_name_sealed AS name FROM member ORDER BY id',
    );
    expect(names.map(({ id, name }) => imports.personal.openFullName(id, name))).toEqual(['阿依古丽·买买提', '㐀㐁𠀀']);
    expect((await told(memberRegistered))[0]?.strata).toEqual(['FRONT_LINE', 'IN_HARDSHIP']);
  });

  it('lands the good half of a broken file and names every bad line', async () => {
    const bytes = Buffer.concat([
      Buffer.from('\uFEFF'),
      memberFile(
        aMemberLine(1),
        `"王五,${anIdNumber(2)},${aPhone(2)},B1,2020-01-31,,,,`,
        `"赵""六""",${anIdNumber(3)},${aPhone(3)},"B1",2020-01-31,,"一线职工,劳模",,`,
        `孙七,${anIdNumber(4)},${aPhone(4)},B1`,
        '',
        `"周\r\n八",${anIdNumber(5)},${aPhone(5)},B1,2020-01-31,,,,`,
        aMemberLine(6, { idNumber: '110101198001011234' }),
        aMemberLine(7, { idNumber: '12345' }),
        aMemberLine(8, { phone: '12345' }),
        aMemberLine(9, { organisationCode: 'NOWHERE' }),
        aMemberLine(10, { joinedOn: '2999-01-01' }),
        aMemberLine(11, { joinedOn: '2020-02-30' }),
        aMemberLine(12, { fullName: '长'.repeat(101) }),
        aMemberLine(13, { strata: '外星人' }),
        aMemberLine(14, { verifiedBy: '某人' }),
        aMemberLine(15, { verifiedBy: anIdNumber(15), verifiedOn: '2020-01-31' }),
        aMemberLine(1, { fullName: '另一人' }),
        aMemberLine(16, { fullName: '', phone: '' }),
        aMemberLine(17, { joinedOn: '1970-01-01' }),
        '',
      ),
      Buffer.from([0xff, 0xfe, 0x2c, 0x0a]),
      Buffer.from(`${'x'.repeat(70_000)}\n`),
      Buffer.from(aMemberLine(18)),
    ]);
    const run = await imports.members(bytes);
    expect(await imports.errors(run)).toEqual([
      '3 - BROKEN_QUOTES',
      '5 - WRONG_FIELD_COUNT',
      '9 idNumber ID_NUMBER_CHECK_CHARACTER',
      '10 idNumber ID_NUMBER_MALFORMED',
      '11 phone PHONE_MALFORMED',
      '12 organisationCode ORGANISATION_UNKNOWN',
      '13 joinedOn IN_THE_FUTURE',
      '14 joinedOn NOT_A_DATE',
      '15 fullName TOO_LONG',
      '16 strata UNKNOWN_WORD',
      '17 verifiedOn VERIFICATION_INCOMPLETE',
      '18 verifiedBy PERSONAL_NUMBER_MISPLACED',
      '19 idNumber DUPLICATE_IN_FILE',
      '20 fullName MISSING',
      '20 phone MISSING',
      '21 joinedOn BEFORE_BIRTH',
      '22 - UNREADABLE_CHARACTERS',
      '23 - LINE_TOO_LONG',
    ]);
    expect(run).toMatchObject({ encoding: 'UTF_8_BOM', linesRead: 21, added: 4, refused: 17 });
  });

  it('moves and corrects a member, keeps what the file does not speak of, and tells the whole state', async () => {
    await imports.members(
      memberFile(aMemberLine(1, { memberNumber: 'M-1', verifiedBy: '一区总工会', verifiedOn: '2024-03-01' })),
    );
    const run = await imports.members(
      `fullName,idNumber,phone,organisationCode,joinedOn\n欧阳小虹,${anIdNumber(1)},${aPhone(2)},B3,2020-01-31`,
    );
    expect(run).toMatchObject({ added: 0, corrected: 1 });
    expect(await told(memberChanged)).toEqual([
      {
        ...(await told(memberRegistered))[0],
        version: 2,
        organisationId: await idOf('B3'),
      },
    ]);
    expect(
      await rows(
        database.dataSource,
        `SELECT version, change, changed_fields AS "changedFields", import_run_id AS "importRunId"
         FROM member_history ORDER BY version DESC LIMIT 1`,
      ),
    ).toEqual([
      { version: 2, change: 'MOVED', changedFields: ['fullName', 'phone', 'organisationId'], importRunId: run.id },
    ]);
    const stored = await row<{ number: string; by: string; id: string; sealed: Buffer }>(
      database.dataSource,
      'SELECT member_number AS number, verified_by AS by, id, full_name_sealed AS sealed FROM member',
    );
    expect(stored).toMatchObject({ number: 'M-1', by: '一区总工会' });
    expect(imports.personal.openFullName(stored?.id ?? '', stored?.sealed ?? Buffer.of())).toBe('欧阳小虹');
  });

  it('takes back who should never have stood in the register, and lets them come again', async () => {
    await imports.members(memberFile(aMemberLine(1)));
    const header = 'fullName,idNumber,phone,organisationCode,joinedOn,会籍状态';
    const line = `欧阳小红,${anIdNumber(1)},${aPhone(1)},B1,2020-01-31`;
    await imports.members(`${header}\n${line},退会`);
    await imports.members(`${header}\n${line},在会`);
    expect((await told(memberChanged)).map(({ version, status }) => [version, status])).toEqual([
      [2, 'LEFT'],
      [3, 'ACTIVE'],
    ]);
    expect(await rows(database.dataSource, 'SELECT change FROM member_history ORDER BY version')).toEqual([
      { change: 'REGISTERED' },
      { change: 'LEFT' },
      { change: 'REJOINED' },
    ]);
    expect(await countOf('member')).toBe(1);
  });

  it('does not tell an administrator of a district about people elsewhere', async () => {
    await imports.members(memberFile(aMemberLine(1, { organisationCode: 'B3', memberNumber: 'M-1' })));
    const district = { name: 'test district', reach: [await idOf('D1')] };
    const run = await imports.members(
      memberFile(
        aMemberLine(1, { organisationCode: 'B1' }),
        aMemberLine(2, { organisationCode: 'B3' }),
        aMemberLine(3, { memberNumber: 'M-1' }),
        aMemberLine(4),
      ),
      district,
    );
    expect(run).toMatchObject({ added: 1, refused: 3 });
    expect(await imports.errors(run)).toEqual([
      '2 idNumber NEEDS_VERIFICATION',
      '3 organisationCode OUT_OF_REACH',
      '4 memberNumber NEEDS_VERIFICATION',
    ]);
    const moved = await imports.members(memberFile(aMemberLine(1, { organisationCode: 'B1', memberNumber: 'M-1' })), {
      name: 'test root',
      reach: [await idOf('C')],
    });
    expect(moved).toMatchObject({ corrected: 1 });
  });

  it('hands a member number over within one file, and to one person only', async () => {
    await imports.members(memberFile(aMemberLine(1, { memberNumber: 'M-1' })));
    const run = await imports.members(
      memberFile(
        aMemberLine(1, { memberNumber: 'M-2' }),
        aMemberLine(2, { memberNumber: 'M-1' }),
        aMemberLine(3, { memberNumber: 'M-1' }),
      ),
    );
    expect(run).toMatchObject({ corrected: 1, added: 1, refused: 1 });
    expect(await imports.errors(run)).toEqual(['4 memberNumber MEMBER_NUMBER_TAKEN']);
  });

  it('asks the register again when somebody registers the same person in the same moment', async () => {
    const rival = database.dataSource.createQueryRunner();
    await rival.connect();
    await rival.startTransaction();
    const id = '018f0000-0000-7000-8000-000000000001';
    const { fullNameSealed, idNumberSealed, phoneSealed } = imports.personal.seal(id, {
      fullName: '欧阳小红',
      idNumber: anIdNumber(1),
      phone: aPhone(1),
    });
    await execute(
      rival,
      `INSERT INTO member (id, organisation_id, full_name_sealed, id_number_sealed, id_number_index, phone_sealed,
         phone_index, id_number_well_formed, verification, strata, joined_on, status, version)
       VALUES ($1, $2, $3, $4, $5, $6, $7, true, 'NONE', '{FRONT_LINE}', '2020-01-31', 'ACTIVE', 1)`,
      [
        id,
        await idOf('B1'),
        fullNameSealed,
        idNumberSealed,
        imports.personal.idNumberIndexes(anIdNumber(1)).current,
        phoneSealed,
        imports.personal.phoneIndex(aPhone(1)),
      ],
    );
    const running = imports.members(memberFile(aMemberLine(1), aMemberLine(2)));
    await until(
      async () =>
        (
          await row<{ waits: boolean }>(
            database.dataSource,
            `SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype = 'transactionid') AS waits`,
          )
        )?.waits,
      { what: 'the import to meet the rival' },
    );
    await rival.commitTransaction();
    await rival.release();
    expect(await running).toMatchObject({ added: 1, unchanged: 1, refused: 0 });
    expect(await countOf('member')).toBe(2);
  });

  it('leaves no ID or phone number outside the sealed columns, whatever was wrong with the line', async () => {
    const secret = anIdNumber(77);
    await imports.members(
      [
        memberHeader,
        portionLines,
        `${secret},${secret},${aPhone(77)},${secret},2020-01-31,${secret},${secret},${secret},${secret}`,
        `李四,${secret},${aPhone(77)},B1,2020-01-31,,,,`,
        `李四,${secret},${aPhone(77)},${aPhone(77)},2020-01-31,,,,`,
        `"${secret}"x,${aPhone(77)}`,
      ].join('\n'),
    );
    for (const table of ['member', 'member_history', 'import_run', 'import_error', 'import_line', 'outbox']) {
      const text = JSON.stringify(
        await rows(database.dataSource, `SELECT row_to_json(t)::text AS text FROM ${table} t`),
      );
      for (const value of [secret, aPhone(77)]) {
        expect(text).not.toContain(value);
        expect(text).not.toContain(Buffer.from(value).toString('hex'));
      }
    }
  });

  it('says of a broken uniqueness which one it was, and nothing of whom it met', async () => {
    await imports.members(memberFile(aMemberLine(1), aMemberLine(2, { memberNumber: '会员甲' })));
    const failure: unknown = await execute(
      database.dataSource,
      `UPDATE member SET id_number_index = other.id_number_index FROM member other WHERE other.id <> member.id`,
    ).catch((error: unknown) => error);
    const index = imports.personal.idNumberIndexes(anIdNumber(1)).current.toString('hex');
    expect(describeError(failure)).toMatchObject({ sqlState: '23505', constraint: 'member_id_number_is_unique' });
    expect(JSON.stringify(describeError(failure))).not.toContain(index);
    const numbered: unknown = await execute(database.dataSource, `UPDATE member SET member_number = $1`, [
      '会员乙',
    ]).catch((error: unknown) => error);
    expect(describeError(numbered)).toMatchObject({ constraint: 'member_number_is_unique' });
    expect(JSON.stringify(describeError(numbered))).not.toContain('会员');
  });

  it('keeps nothing of a dry run but the run and its errors', async () => {
    const run = await imports.members(memberFile(aMemberLine(1), aMemberLine(1), aMemberLine(2)), commandLine, true);
    expect(run).toMatchObject({ isDryRun: true, added: 2, refused: 1, state: 'FINISHED' });
    expect(await imports.errors(run)).toEqual(['3 idNumber DUPLICATE_IN_FILE']);
    expect(await countOf('member')).toBe(0);
    expect(await told(memberRegistered)).toHaveLength(0);
  });
});
