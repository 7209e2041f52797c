import { memberRegistered } from '@zhijia/contracts';
import { row, rows } from '@zhijia/database';
import { aViewer } from '@zhijia/testing';
import { bootSubgraph, type BootedSubgraph } from '@zhijia/testing/subgraph';
import iconv from 'iconv-lite';
import { PersonalFields } from '../src/members/personal-fields.js';
import { membersSubgraph } from '../src/members.subgraph.js';
import {
  aMemberLine,
  anIdNumber,
  aPhone,
  aUnifiedCode,
  importsOn,
  memberFile,
  personalDataFiles,
  smallTree,
} from './builders.js';

describe('the members subgraph', () => {
  let service: BootedSubgraph;
  const organisationIds = new Map<string, string>();
  const memberIds: string[] = [];

  beforeAll(async () => {
    const files = personalDataFiles();
    service = await bootSubgraph(membersSubgraph, { config: files });
    const imports = importsOn(service.db, PersonalFields.fromFiles(files));
    await imports.organisations(smallTree);
    await imports.members(
      memberFile(
        aMemberLine(1, { verifiedBy: '一区总工会', verifiedOn: '2024-03-01', memberNumber: 'M-1' }),
        aMemberLine(2, { fullName: '张三', strata: '' }),
        aMemberLine(3, { fullName: '李四', organisationCode: 'B3' }),
      ),
    );
    for (const { code, id } of await rows<{ code: string; id: string }>(
      service.db,
      'SELECT code, id FROM organisation',
    )) {
      organisationIds.set(code, id);
    }
    memberIds.push(...(await service.outbox(memberRegistered)).map(({ memberId }) => memberId));
  });
  afterAll(() => service.close());

  const organisation = (code: string): string => organisationIds.get(code) ?? '';
  const member = (place: number): string => memberIds[place] ?? '';
  const officer = (code: string, role: 'chair' | 'secretary' | 'administrator' | 'auditor' = 'secretary') =>
    aViewer({
      audience: 'dashboard',
      subject: `${role} of ${code}`,
      roles: [{ role, organisationId: organisation(code) }],
    });
  const person = (place: number) =>
    aViewer({
      audience: 'mobile',
      memberId: member(place),
      roles: [{ role: 'member', organisationId: organisation('B1') }],
    });

  const memberFields = `id maskedName maskedPhone maskedIdNumber memberNumber strata joinedOn verification
    idNumberWellFormed identityVerified status organisation { nameZh parent { nameZh parent { nameZh parent { id } } } }`;
  const entities = `query ($references: [_Any!]!) { _entities(representations: $references) {
    ... on Member { id maskedName } ... on Organisation { id nameZh } } }`;

  describe('a member', () => {
    it('sees themselves, with the whole name and masked numbers', async () => {
      const { data, errors } = await service.ask(person(0), `{ me { fullName ${memberFields} } }`);
      expect(errors).toBeUndefined();
      expect(data.me).toEqual({
        id: member(0),
        fullName: '欧阳小红',
        maskedName: '欧阳**',
        maskedPhone: '139****0001',
        maskedIdNumber: `9****************${anIdNumber(1).at(-1)}`,
        memberNumber: 'M-1',
        strata: ['FRONT_LINE'],
        joinedOn: '2020-01-31',
        verification: 'UNION_ATTESTED',
        idNumberWellFormed: true,
        identityVerified: false,
        status: 'ACTIVE',
        organisation: {
          nameZh: '甲厂工会',
          parent: { nameZh: '一区总工会', parent: { nameZh: '某市总工会', parent: null } },
        },
      });
    });

    it('reaches neither a colleague nor the lists of officers', async () => {
      const viewer = person(0);
      const { data } = await service.ask(viewer, entities, {
        references: [
          { __typename: 'Member', id: member(0) },
          { __typename: 'Member', id: member(1) },
          { __typename: 'Organisation', id: organisation('B3') },
          { __typename: 'Member', id: 'no id' },
        ],
      });
      expect(data._entities).toEqual([
        { id: member(0), maskedName: '欧阳**' },
        null,
        { id: organisation('B3'), nameZh: '丙厂工会' },
        null,
      ]);
      const refused = await service.ask(viewer, `{ member(id: "${member(1)}") { id } }`);
      expect(refused.data?.member).toBeNull();
      const list = await service.ask(
        viewer,
        `{ members(organisationId: "${organisation('B1')}") { edges { cursor } } }`,
      );
      expect(list.errors?.[0]?.extensions?.['code']).toBe('ACCESS_DENIED');
    });

    it('walks the tree of organisations page by page', async () => {
      const page = `query ($parentId: ID, $after: String) { organisations(parentId: $parentId, first: 1, after: $after) {
        edges { cursor node { id nameZh kind status } } pageInfo { hasNextPage endCursor } } }`;
      const top = await service.ask(person(0), page);
      expect(top.data.organisations.edges[0].node).toEqual({
        id: organisation('C'),
        nameZh: '某市总工会',
        kind: 'FEDERATION',
        status: 'ACTIVE',
      });
      const first = await service.ask(person(0), page, { parentId: organisation('C') });
      expect(first.data.organisations.pageInfo.hasNextPage).toBe(true);
      const second = await service.ask(person(0), page, {
        parentId: organisation('C'),
        after: first.data.organisations.pageInfo.endCursor,
      });
      expect(second.data.organisations.edges[0].node.nameZh).toBe('二区总工会');
      expect(second.data.organisations.pageInfo.hasNextPage).toBe(false);
      const wrong = await service.ask(person(0), page, { after: 'nonsense' });
      expect(wrong.errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
    });
  });

  describe('an officer', () => {
    it('reads the members of the own subtree, page by page and without whole names', async () => {
      const query = `query ($organisationId: ID!, $after: String) {
        members(organisationId: $organisationId, first: 1, after: $after) {
          edges { node { id maskedName } } pageInfo { hasNextPage endCursor } } }`;
      const first = await service.ask(officer('D1'), query, { organisationId: organisation('B1') });
      expect(first.errors).toBeUndefined();
      expect(first.data.members.edges).toEqual([{ node: { id: member(0), maskedName: '欧阳**' } }]);
      const second = await service.ask(officer('D1'), query, {
        organisationId: organisation('B1'),
        after: first.data.members.pageInfo.endCursor,
      });
      expect(second.data.members).toEqual({
        edges: [{ node: { id: member(1), maskedName: '张*' } }],
        pageInfo: { hasNextPage: false, endCursor: expect.any(String) },
      });
    });

    it('finds members elsewhere as little as members that do not exist', async () => {
      const query = `query ($id: ID!, $organisationId: ID!) { member(id: $id) { id }
        members(organisationId: $organisationId) { edges { cursor } } }`;
      const elsewhere = { id: member(2), organisationId: organisation('B3') };
      const nowhere = {
        id: '018f0000-0000-7000-8000-000000000000',
        organisationId: '018f0000-0000-7000-8000-000000000000',
      };
      for (const variables of [elsewhere, nowhere, { id: 'x', organisationId: 'y' }]) {
        const { data } = await service.ask(officer('D1'), query, variables);
        expect(data).toEqual({ member: null, members: { edges: [] } });
      }
      const { data } = await service.ask(officer('C'), query, elsewhere);
      expect(data.member).toEqual({ id: member(2) });
    });

    it('never reads a whole name, and an auditor no person at all', async () => {
      const named = await service.ask(officer('C'), `{ member(id: "${member(0)}") { fullName } }`);
      expect(named.data?.member.fullName).toBeNull();
      const audited = await service.ask(officer('C', 'auditor'), entities, {
        references: [{ __typename: 'Member', id: member(0) }],
      });
      expect(audited.data._entities).toEqual([null]);
    });
  });

  describe('a bank', () => {
    const bank = aViewer({ audience: 'bank', roles: [{ role: 'bank-client', organisationId: 'bank' }] });
    const query = `query ($unifiedCode: String!) { registerEntry(unifiedCode: $unifiedCode) {
      unifiedCode nameZh nameEn kind status federationNameZh } }`;

    it('reads the public register entry of an organisation by its unified code', async () => {
      const { data } = await service.ask(bank, query, { unifiedCode: aUnifiedCode(2).toLowerCase() });
      expect(data.registerEntry).toEqual({
        unifiedCode: aUnifiedCode(2),
        nameZh: '甲厂工会',
        nameEn: null,
        kind: 'BASE_UNION',
        status: 'ACTIVE',
        federationNameZh: '一区总工会',
      });
    });

    it('finds nothing behind a code that nobody has or that is none', async () => {
      for (const unifiedCode of [aUnifiedCode(99), '123', '']) {
        expect((await service.ask(bank, query, { unifiedCode })).data).toEqual({ registerEntry: null });
      }
    });

    it('reaches no organisation and no member', async () => {
      const { data } = await service.ask(bank, `{ organisation(id: "${organisation('C')}") { id } me { id } }`);
      expect(data).toEqual({ organisation: null, me: null });
    });
  });

  describe('an administrator', () => {
    const importMembers = `mutation ($input: ImportMembersInput!) { importMembers(input: $input) {
      __typename
      ... on MembersImported { run { id state encoding isDryRun unknownColumns linesRead added corrected unchanged refused
        errors(first: 2) { edges { node { lineNumber field code reasonZh reasonEn } } pageInfo { hasNextPage endCursor } }
        errorReportCsv } }
      ... on Refusal { code messageZh messageEn }
      ... on ImportColumnsMissing { columns }
    } }`;

    it('imports a file in GB18030 and gets every bad line back with its reason', async () => {
      const text = [
        '姓名,身份证号,手机号,所属组织编码,入会日期,=1+1',
        `王五,${anIdNumber(11)},${aPhone(11)},B2,2020-01-31,`,
        `赵六,${anIdNumber(12)},${aPhone(12)},NOWHERE,2020-01-31,`,
        `孙七,123,${aPhone(13)},B2,2999-01-31,`,
      ].join('\r\n');
      const { data, errors } = await service.ask(officer('D1', 'administrator'), importMembers, {
        input: { csvBase64: iconv.encode(text, 'gb18030').toString('base64') },
      });
      expect(errors).toBeUndefined();
      const { run } = data.importMembers;
      expect(run).toMatchObject({
        state: 'FINISHED',
        encoding: 'GB18030',
        unknownColumns: ['=1+1'],
        linesRead: 3,
        added: 1,
        refused: 2,
      });
      expect(run.errors.edges.map((edge: { node: unknown }) => edge.node)).toEqual([
        {
          lineNumber: 3,
          field: 'organisationCode',
          code: 'ORGANISATION_UNKNOWN',
          reasonZh: '没有此编码的组织',
          reasonEn: 'No organisation has this code',
        },
        expect.objectContaining({ lineNumber: 4, field: 'idNumber', code: 'ID_NUMBER_MALFORMED' }),
      ]);
      expect(run.errors.pageInfo.hasNextPage).toBe(true);
      expect(run.errorReportCsv.split('\r\n')).toHaveLength(5);
      expect(run.errorReportCsv).toContain('4,joinedOn,IN_THE_FUTURE,日期晚于今天,The date lies in the future');

      const again = `query ($id: ID!) { importRun(id: $id) { id refused } }`;
      const seen = await service.ask(officer('D1', 'administrator'), again, { id: run.id });
      expect(seen.data.importRun).toEqual({ id: run.id, refused: 2 });
      const root = await service.ask(officer('C', 'administrator'), again, { id: run.id });
      expect(root.data.importRun).toEqual({ id: run.id, refused: 2 });
      const foreign = await service.ask(officer('D2', 'administrator'), again, { id: run.id });
      expect(foreign.data).toEqual({ importRun: null });
    });

    it('is told what is wrong with a file as a whole', async () => {
      const ask = async (csvText: string) =>
        (await service.ask(officer('C', 'administrator'), importMembers, { input: { csvText } })).data.importMembers;
      expect(await ask('姓名,手机号\n')).toEqual({
        __typename: 'ImportColumnsMissing',
        code: 'IMPORT_COLUMNS_MISSING',
        messageZh: '表头缺少必需的列：idNumber、organisationCode、joinedOn。',
        messageEn: 'The header lacks required columns: idNumber, organisationCode, joinedOn.',
        columns: ['idNumber', 'organisationCode', 'joinedOn'],
      });
      expect(await ask('')).toMatchObject({ __typename: 'ImportNotReadable', code: 'IMPORT_NOT_READABLE' });
      expect(await ask('x'.repeat(1_000_001))).toMatchObject({
        __typename: 'ImportTooLarge',
        code: 'IMPORT_TOO_LARGE',
      });
      const both = await service.ask(officer('C', 'administrator'), importMembers, {
        input: { csvText: 'x', csvBase64: 'eA==' },
      });
      expect(both.errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
    });

    it('corrects organisations in the own subtree only', async () => {
      const { data } = await service.ask(
        officer('D2', 'administrator'),
        `mutation ($input: ImportOrganisationsInput!) { importOrganisations(input: $input) {
          ... on OrganisationsImported { run { corrected refused errors { edges { node { code } } } } } } }`,
        {
          input: {
            csvText: 'code,nameZh,kind,parentCode\nB3,丙厂新工会,BASE_UNION,D2\nB1,甲厂新工会,BASE_UNION,D1',
          },
        },
      );
      expect(data.importOrganisations.run).toEqual({
        corrected: 1,
        refused: 1,
        errors: { edges: [{ node: { code: 'OUT_OF_REACH' } }] },
      });
    });

    it('keeps nothing of a dry run', async () => {
      const { data } = await service.ask(officer('C', 'administrator'), importMembers, {
        input: { csvText: memberFile(aMemberLine(50)).toString(), dryRun: true },
      });
      expect(data.importMembers.run).toMatchObject({ isDryRun: true, added: 1 });
      const found = await row<{ count: number }>(service.db, 'SELECT count(*) FROM member WHERE member_number IS NULL');
      expect(found?.count).toBe(3);
    });

    it('is the only one who imports', async () => {
      const refused = await service.ask(officer('C', 'chair'), importMembers, { input: { csvText: 'x' } });
      expect(refused.errors?.[0]?.extensions?.['code']).toBe('ACCESS_DENIED');
    });
  });
});
