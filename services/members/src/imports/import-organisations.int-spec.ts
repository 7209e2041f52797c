import { organisationChanged, type PayloadOf } from '@zhijia/contracts';
import { row, rows } from '@zhijia/database';
import { openTestDatabase, type TestDatabase } from '@zhijia/testing';
import { aUnifiedCode, emptyRegister, importsOn, smallTree } from '../../test/builders.js';
import { membersMigrations } from '../migrations/index.js';
import { sourceFromBytes } from './import-source.js';

describe('ImportOrganisations', () => {
  let database: TestDatabase;
  let imports: ReturnType<typeof importsOn>;

  beforeAll(async () => {
    database = await openTestDatabase({ migrations: membersMigrations });
    imports = importsOn(database.dataSource);
  });
  beforeEach(() => emptyRegister(database.dataSource));
  afterAll(() => database.close());

  const idOf = async (code: string): Promise<string> =>
    (await row<{ id: string }>(database.dataSource, 'SELECT id FROM organisation WHERE code = $1', [code]))?.id ?? '';
  const pathOf = async (code: string): Promise<string | undefined> =>
    (await row<{ path: string }>(database.dataSource, 'SELECT path::text FROM organisation WHERE code = $1', [code]))
      ?.path;
  const events = async (): Promise<PayloadOf<typeof organisationChanged>[]> =>
    (
      await rows<{ payload: PayloadOf<typeof organisationChanged> }>(
        database.dataSource,
        'SELECT payload FROM outbox WHERE type = $1 ORDER BY id',
        [organisationChanged.type],
      )
    ).map(({ payload }) => payload);

  it('builds the tree and tells each organisation once', async () => {
    const run = await imports.organisations(smallTree);
    expect(run).toMatchObject({ state: 'FINISHED', linesRead: 6, added: 6, corrected: 0, unchanged: 0, refused: 0 });
    expect(await pathOf('B3')).toBe(`${await pathOf('D2')}.6`);
    const told = await events();
    expect(told).toHaveLength(6);
    expect(told[0]).toMatchObject({
      version: 1,
      parentId: null,
      path: '1',
      kind: 'FEDERATION',
      unifiedCode: aUnifiedCode(1),
    });
  });

  it('reads a file whose children stand before their parents', async () => {
    const [header, ...lines] = smallTree.split('\n');
    const run = await imports.organisations([header, ...lines.reverse()].join('\n'));
    expect(run).toMatchObject({ added: 6, refused: 0 });
    expect((await events())[0]?.parentId).toBeNull();
  });

  it('changes nothing and tells nothing when the same file comes again', async () => {
    await imports.organisations(smallTree);
    const run = await imports.organisations(smallTree);
    expect(run).toMatchObject({ added: 0, corrected: 0, unchanged: 6 });
    expect(await events()).toHaveLength(6);
  });

  it('lands each organisation once when two imports of one file run at once', async () => {
    const runs = await Promise.all([imports.organisations(smallTree), imports.organisations(smallTree)]);
    expect(runs.map((run) => run.added).sort()).toEqual([0, 6]);
    expect(await events()).toHaveLength(6);
  });

  it('tells every organisation below a moved one', async () => {
    await imports.organisations(smallTree);
    const run = await imports.organisations('code,nameZh,kind,parentCode\nD1,一区总工会,总工会,D2');
    expect(run).toMatchObject({ corrected: 1 });
    const told = (await events()).slice(6);
    expect(told.map(({ organisationId }) => organisationId).sort()).toEqual(
      [await idOf('D1'), await idOf('B1'), await idOf('B2')].sort(),
    );
    expect(told.every(({ version }) => version === 2)).toBe(true);
    expect(await pathOf('B1')).toBe(`${await pathOf('D2')}.2.4`);
    expect(told.find(({ nameZh }) => nameZh === '甲厂工会')?.unifiedCode).toBe(aUnifiedCode(2));
  });

  it('lets two organisations swap their places and their unified codes in one file', async () => {
    await imports.organisations(smallTree);
    const run = await imports.organisations(
      [
        'code,nameZh,kind,parentCode,unifiedCode',
        `C,某市总工会,FEDERATION,,${aUnifiedCode(2)}`,
        `B1,甲厂工会,BASE_UNION,D2,${aUnifiedCode(1)}`,
      ].join('\n'),
    );
    expect(run).toMatchObject({ corrected: 2, refused: 0 });
  });

  it('says of each bad line what is wrong, and lands the rest', async () => {
    const run = await imports.organisations(
      [
        smallTree,
        'B4,丁厂工会,BASE_UNION,NOWHERE,',
        'B5,,BASE_UNION,D1,',
        'B6,戊厂工会,CLUB,D1,',
        `B7,己厂工会,BASE_UNION,D1,${aUnifiedCode(2)}`,
        'B8,庚厂工会,BASE_UNION,D1,123',
        'B1,又一个甲厂工会,BASE_UNION,D1,',
        'R2,另一市总工会,FEDERATION,,',
        'B9,辛厂工会,BASE_UNION,B4,',
        'X1,子,BASE_UNION,X2,',
        'X2,丑,BASE_UNION,X1,',
        'B10,壬厂工会,BASE_UNION',
      ].join('\n'),
    );
    expect(run).toMatchObject({ linesRead: 17, added: 6, refused: 11 });
    expect(await imports.errors(run)).toEqual([
      '8 parentCode PARENT_UNKNOWN',
      '9 nameZh MISSING',
      '10 kind UNKNOWN_WORD',
      '11 unifiedCode UNIFIED_CODE_TAKEN',
      '12 unifiedCode UNIFIED_CODE_MALFORMED',
      '13 code DUPLICATE_IN_FILE',
      '14 parentCode SECOND_ROOT',
      '15 parentCode PARENT_UNKNOWN',
      '16 parentCode PARENT_CYCLE',
      '17 parentCode PARENT_CYCLE',
      '18 - WRONG_FIELD_COUNT',
    ]);
  });

  it('refuses to hang an organisation below itself', async () => {
    await imports.organisations(smallTree);
    const run = await imports.organisations('code,nameZh,kind,parentCode\nD1,一区总工会,FEDERATION,B1');
    expect(await imports.errors(run)).toEqual(['2 parentCode PARENT_CYCLE']);
    expect(await events()).toHaveLength(6);
  });

  it('keeps an administrator of a district inside it', async () => {
    await imports.organisations(smallTree);
    const district = { name: 'test district', reach: [await idOf('D1')] };
    const run = await imports.organisations(
      [
        'code,nameZh,kind,parentCode',
        'B1,甲厂新工会,BASE_UNION,D1',
        'B9,新厂工会,BASE_UNION,D1',
        'B3,丙厂新工会,BASE_UNION,D2',
        'B2,乙厂工会,BASE_UNION,D2',
        'D1,一区新总工会,FEDERATION,C',
      ].join('\n'),
      district,
    );
    expect(run).toMatchObject({ added: 1, corrected: 2, refused: 2 });
    expect(await imports.errors(run)).toEqual(['4 code OUT_OF_REACH', '5 parentCode OUT_OF_REACH']);
  });

  it('keeps nothing of a dry run but the run itself', async () => {
    const run = await imports.organisations(smallTree, undefined, true);
    expect(run).toMatchObject({ isDryRun: true, added: 6, state: 'FINISHED' });
    expect(await rows(database.dataSource, 'SELECT 1 FROM organisation')).toHaveLength(0);
    expect(await events()).toHaveLength(0);
  });

  it('refuses a file without the required columns, without a header, or without text', async () => {
    const outcomeOf = (csv: string | Buffer) =>
      imports.useCases.organisations.run({
        source: sourceFromBytes(Buffer.from(csv)),
        importer: { name: 'test', reach: null },
        isDryRun: false,
      });
    expect(await outcomeOf('code,nameZh\nC,某市总工会')).toEqual({
      kind: 'columnsMissing',
      missing: ['kind', 'parentCode'],
    });
    expect(await outcomeOf('组织编码,code,nameZh,kind,parentCode\n')).toEqual({
      kind: 'columnsRepeated',
      repeated: ['code'],
    });
    expect(await outcomeOf('')).toEqual({ kind: 'notReadable', reason: 'empty' });
    expect(await outcomeOf(Buffer.from('code,nameZh', 'utf16le'))).toEqual({ kind: 'notReadable', reason: 'notText' });
    expect(await rows(database.dataSource, 'SELECT 1 FROM import_run')).toHaveLength(0);
  });
});
