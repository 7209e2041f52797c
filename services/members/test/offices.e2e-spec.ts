import { memberRegistered } from '@zhijia/contracts';
import { row, rows } from '@zhijia/database';
import { aViewer } from '@zhijia/testing';
import { bootSubgraph, type BootedSubgraph } from '@zhijia/testing/subgraph';
import { AccountsStore } from '../src/identity/accounts.store.js';
import { membersSubgraph } from '../src/members.subgraph.js';
import { PersonalFields } from '../src/members/personal-fields.js';
import { aMemberLine, importsOn, memberFile, personalDataFiles, smallTree } from './builders.js';

const appointment = `mutation ($input: AppointOfficerInput!) { appointOfficer(input: $input) {
  __typename
  ... on OfficerAppointed { office { id role heldSince organisation { code } holder { id } } }
  ... on Refusal { code messageZh messageEn } } }`;
const dismissal = `mutation ($input: DismissOfficerInput!) { dismissOfficer(input: $input) {
  __typename ... on OfficerDismissed { officeId } ... on Refusal { code } } }`;

describe('offices', () => {
  let service: BootedSubgraph;
  let organisationOf: Record<string, string>;
  /** A member of B1 below D1, and one of B3 below D2. */
  let near: string;
  let far: string;

  beforeAll(async () => {
    const files = personalDataFiles();
    service = await bootSubgraph(membersSubgraph, { config: files });
    const imports = importsOn(service.db, PersonalFields.fromFiles(files));
    await imports.organisations(smallTree);
    await imports.members(memberFile(aMemberLine(1), aMemberLine(2, { organisationCode: 'B3' })));
    const organisations = await rows<{ code: string; id: string }>(service.db, 'SELECT code, id FROM organisation');
    organisationOf = Object.fromEntries(organisations.map(({ code, id }) => [code, id]));
    [near = '', far = ''] = (await service.outbox(memberRegistered)).map(({ memberId }) => memberId);
  });
  afterAll(() => service.close());

  const officer = (role: 'chair' | 'secretary' | 'administrator', code: string, memberId?: string) =>
    aViewer({
      audience: 'dashboard',
      subject: `${role} of ${code}`,
      ...(memberId === undefined ? {} : { memberId }),
      roles: [{ role, organisationId: organisationOf[code] ?? '' }],
    });
  const input = (memberId: string, role: string, code: string) => ({
    input: { memberId, role, organisationId: organisationOf[code] ?? code },
  });
  const appoint = async (viewer: ReturnType<typeof officer>, memberId: string, role: string, code: string) =>
    (await service.ask(viewer, appointment, input(memberId, role, code))).data.appointOfficer;
  const dismiss = async (viewer: ReturnType<typeof officer>, officeId: string) =>
    (await service.ask(viewer, dismissal, { input: { officeId } })).data.dismissOfficer.__typename;
  const rolesOf = async (memberId: string): Promise<string[]> => {
    const accounts = new AccountsStore(service.db);
    const account = await accounts.find(await accounts.openForMember(service.db, memberId));
    return account?.roles.map(({ role }) => role) ?? [];
  };

  it('are given by a chair, and stand in the tokens of who holds them until they are ended', async () => {
    const chair = officer('chair', 'D1');
    const given = await appoint(chair, near, 'TREASURER', 'B1');
    expect(given).toEqual({
      __typename: 'OfficerAppointed',
      office: {
        id: expect.any(String),
        role: 'TREASURER',
        heldSince: expect.any(String),
        organisation: { code: 'B1' },
        holder: { id: near },
      },
    });
    expect(await rolesOf(near)).toEqual(['treasurer', 'member']);
    const listed = await service.ask(chair, `{ offices(organisationId: "${organisationOf['B1']}") { id role } }`);
    expect(listed.data.offices).toEqual([{ id: given.office.id, role: 'TREASURER' }]);

    expect(await dismiss(chair, given.office.id)).toBe('OfficerDismissed');
    expect(await dismiss(chair, given.office.id)).toBe('OfficeNotFound');
    expect(await rolesOf(near)).toEqual(['member']);
    const kept = await row(service.db, 'SELECT appointed_by, ended_by FROM office WHERE id = $1', [given.office.id]);
    expect(kept).toEqual({ appointed_by: 'chair of D1', ended_by: 'chair of D1' });
  });

  it('are had once and end once, however often and at whatever moment they are given and ended', async () => {
    const administrator = officer('administrator', 'C');
    const given = await Promise.all(
      Array.from({ length: 4 }, () => appoint(administrator, far, 'DEPARTMENT_OFFICER', 'D2')),
    );
    expect(new Set(given.map(({ office }) => office.id)).size).toBe(1);
    expect(await rolesOf(far)).toEqual(['department-officer', 'member']);
    const ended = await Promise.all(Array.from({ length: 4 }, () => dismiss(administrator, given[0].office.id)));
    expect(ended.sort()).toEqual(['OfficeNotFound', 'OfficeNotFound', 'OfficeNotFound', 'OfficerDismissed']);
  });

  it.each<[string, () => ReturnType<typeof officer>, () => [string, string, string], string]>([
    ['a member out of reach', () => officer('chair', 'D1'), () => [far, 'TREASURER', 'B1'], 'APPOINTEE_NOT_FOUND'],
    [
      'an organisation out of reach',
      () => officer('chair', 'D1'),
      () => [near, 'TREASURER', 'B3'],
      'APPOINTEE_NOT_FOUND',
    ],
    ['an organisation above', () => officer('chair', 'D1'), () => [near, 'TREASURER', 'C'], 'APPOINTEE_NOT_FOUND'],
    ['nobody', () => officer('chair', 'C'), () => ['no id', 'TREASURER', 'C'], 'APPOINTEE_NOT_FOUND'],
    ['no organisation', () => officer('chair', 'C'), () => [near, 'TREASURER', 'no id'], 'APPOINTEE_NOT_FOUND'],
    [
      'an office above their own',
      () => officer('chair', 'D1'),
      () => [near, 'AUDITOR', 'D1'],
      'OFFICE_NOT_YOURS_TO_GIVE',
    ],
    ['their own equal', () => officer('chair', 'D1'), () => [near, 'CHAIR', 'B1'], 'OFFICE_NOT_YOURS_TO_GIVE'],
    ['themselves', () => officer('chair', 'D1', near), () => [near, 'TREASURER', 'D1'], 'APPOINTED_THEMSELVES'],
  ])('are not given to %s', async (_whom, viewer, whom, code) => {
    expect(await appoint(viewer(), ...whom())).toMatchObject({
      code,
      messageZh: expect.stringMatching(/\p{Script=Han}/u),
      messageEn: expect.stringMatching(/\w/),
    });
    expect(await rolesOf(near)).toEqual(['member']);
  });

  it('are neither given nor ended nor listed by others', async () => {
    const secretary = officer('secretary', 'D1');
    const refused = [
      await service.ask(secretary, appointment, input(near, 'DELEGATE', 'B1')),
      await service.ask(secretary, dismissal, { input: { officeId: near } }),
      await service.ask(secretary, `{ offices(organisationId: "${organisationOf['B1']}") { id } }`),
    ];
    expect(refused.map(({ errors }) => errors?.[0]?.extensions?.['code'])).toEqual(Array(3).fill('ACCESS_DENIED'));
  });

  it('are not ended by whom they do not reach, or could not give them', async () => {
    const { office } = await appoint(officer('administrator', 'C'), far, 'AUDITOR', 'D2');
    expect(await dismiss(officer('chair', 'D1'), office.id)).toBe('OfficeNotFound');
    expect(await dismiss(officer('chair', 'D2'), office.id)).toBe('OfficeNotYoursToGive');
    expect(await dismiss(officer('chair', 'D2'), 'no id')).toBe('OfficeNotFound');
    const foreign = await service.ask(
      officer('chair', 'D1'),
      `{ offices(organisationId: "${organisationOf['D2']}") { id } }`,
    );
    expect(foreign.data.offices).toEqual([]);
    // One's own may be laid down, whoever gave it and whatever it reaches.
    expect(await dismiss(officer('chair', 'D1', far), office.id)).toBe('OfficerDismissed');
  });
});
