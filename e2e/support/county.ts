import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { RoleName } from '@zhijia/access';
import { idNumberCheckCharacter, unifiedCodeCheckCharacter } from '@zhijia/pii';
import { until } from '@zhijia/testing';
import type { Person, Product } from './product.js';

/** Area 990000 does not exist: no number here is anybody's. */
export function anIdNumber(order: number): string {
  const firstSeventeen = `990000${String(19_600_101 + (order % 28))}${String(order).padStart(3, '0')}`;
  return firstSeventeen + idNumberCheckCharacter(firstSeventeen);
}

export function aUnifiedCode(order: number): string {
  const firstSeventeen = `81990000${String(order).padStart(9, '0')}`;
  return firstSeventeen + unifiedCodeCheckCharacter(firstSeventeen);
}

export const departmentCodes = Array.from({ length: 26 }, (_, index) => `DEP${index + 1}`);

/** A city C, districts D1 and D2, two base unions in each, and 26 departments. */
export function organisationsCsv(): string {
  return [
    '组织编码,组织名称,组织类型,上级组织编码,统一社会信用代码',
    `C,某市总工会,FEDERATION,,${aUnifiedCode(1)}`,
    `D1,一区总工会,FEDERATION,C,${aUnifiedCode(2)}`,
    `D2,二区总工会,FEDERATION,C,${aUnifiedCode(3)}`,
    `B1,甲厂工会,BASE_UNION,D1,${aUnifiedCode(4)}`,
    `B2,乙厂工会,BASE_UNION,D1,${aUnifiedCode(5)}`,
    `B3,丙厂工会,BASE_UNION,D2,${aUnifiedCode(6)}`,
    `B4,丁厂工会,BASE_UNION,D2,${aUnifiedCode(7)}`,
    ...departmentCodes.map((code, index) => `${code},市第${index + 1}局,DEPARTMENT,C,`),
  ].join('\r\n');
}

const unions = ['B1', 'B2', 'B3', 'B4'];
const strata = ['一线职工', '农民工', '劳模', '', '一线职工'];

export interface CountyMember {
  order: number;
  memberNumber: string;
  organisationCode: string;
  isVerified: boolean;
}

/** `count` verified members over four base unions, and one in B1 whom nobody verified. */
export function countyMembers(count: number): CountyMember[] {
  const verified = Array.from({ length: count }, (_, order) => ({
    order,
    memberNumber: `M${String(order).padStart(4, '0')}`,
    organisationCode: unions[order % unions.length] ?? 'B1',
    isVerified: true,
  }));
  return [...verified, { order: count, memberNumber: `M${count}U`, organisationCode: 'B1', isVerified: false }];
}

export function phoneOf(order: number): string {
  return `139${String(order).padStart(8, '0')}`;
}

/** What no log, event or answer may ever hold. */
export function personalNumbersOf(members: readonly CountyMember[]): string[] {
  return members.flatMap(({ order }) => [anIdNumber(order), phoneOf(order)]);
}

export function membersCsv(members: readonly CountyMember[]): string {
  return [
    '姓名,身份证号,手机号,所属组织编码,入会日期,会员编号,人员类别,核验人,核验日期',
    ...members.map(({ order, memberNumber, organisationCode, isVerified }) =>
      [
        `测试${order % 2 === 0 ? '甲' : '乙'}`,
        anIdNumber(order),
        phoneOf(order),
        organisationCode,
        '2020-01-31',
        memberNumber,
        strata[order % strata.length],
        isVerified ? '甲厂工会' : '',
        isVerified ? '2020-03-01' : '',
      ].join(','),
    ),
  ].join('\r\n');
}

export const importMembers = `mutation ($input: ImportMembersInput!) {
  importMembers(input: $input) {
    __typename
    ... on MembersImported { run { encoding added corrected unchanged refused errors { edges { node { lineNumber field code reasonZh reasonEn } } } } }
    ... on Refusal { code messageZh messageEn }
  }
}`;

const run = promisify(execFile);
export const repository = join(import.meta.dirname, '..', '..');

/** A command of the product beside the running stack, as `npm run <command>` starts it. */
export async function runTool(
  tool: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = '',
): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    const running = run(process.execPath, [`tools/${tool}.mjs`, ...args], {
      cwd: repository,
      env: { ...process.env, ...env },
      maxBuffer: 64 * 1_024 * 1_024,
    });
    running.child.stdin?.end(input);
    const { stdout, stderr } = await running;
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

/** For journeys that begin where the import ended: the organisations by the command, the members by the mutation. */
export async function importCounty(product: Product, members: readonly CountyMember[]): Promise<County> {
  const file = join(mkdtempSync(join(tmpdir(), 'zhijia-import-')), 'organisations.csv');
  writeFileSync(file, organisationsCsv());
  const imported = await runTool('import', ['organisations', file], product.stack.environmentOf('members'));
  if (imported.code !== 0) throw new Error(`The organisations did not land: ${imported.stderr}`);
  const [root] = await product.rows<{ id: string }>('members', 'SELECT id FROM organisation WHERE parent_id IS NULL');
  const administrator: Person = {
    audience: 'dashboard',
    subject: 'administrator',
    roles: [{ role: 'administrator', organisationId: root?.id ?? '' }],
  };
  const { importMembers: outcome } = await product.read(administrator, importMembers, {
    input: { csvText: membersCsv(members) },
  });
  if (outcome.run?.added !== members.length) throw new Error(`The members did not land: ${JSON.stringify(outcome)}`);
  return readCounty(product, members);
}

/** The people of a journey, once the county is imported. */
export interface County {
  organisation(code: string): string;
  member(order: number): Person & { memberId: string };
  unverified: Person & { memberId: string };
  cityOfficer: Person;
  administrator: Person;
  departmentOfficer(code: string): Person;
  /** Somebody on the dashboard with this one role at this organisation. */
  officer(role: RoleName, code: string): Person;
}

/** Reads ids back through the graph and waits until the other services know everybody. */
export async function readCounty(product: Product, members: readonly CountyMember[]): Promise<County> {
  const organisationIds = new Map<string, string>();
  const listed = await product.rows<{ code: string; id: string }>('members', 'SELECT code, id FROM organisation');
  for (const { code, id } of listed) organisationIds.set(code, id);
  const organisation = (code: string): string => {
    const id = organisationIds.get(code);
    if (id === undefined) throw new Error(`No organisation ${code}`);
    return id;
  };
  const officerAt = (role: RoleName, code: string): Person => ({
    audience: 'dashboard',
    subject: `${role}-of-${code}`,
    roles: [{ role, organisationId: organisation(code) }],
  });
  const cityOfficer = officerAt('chair', 'C');

  const memberIds = new Map<string, string>();
  for (const code of unions) {
    const page = await product.read(
      cityOfficer,
      `query ($id: ID!) { members(organisationId: $id, first: 200) { edges { node { id memberNumber } } } }`,
      { id: organisation(code) },
    );
    for (const { node } of page.members.edges) memberIds.set(node.memberNumber, node.id);
  }
  const person = ({ memberNumber }: CountyMember): Person & { memberId: string } => {
    const memberId = memberIds.get(memberNumber);
    if (memberId === undefined) throw new Error(`No member ${memberNumber}`);
    return { audience: 'mobile', subject: memberNumber, memberId, roles: [] };
  };
  for (const service of ['timebank', 'evaluations', 'benefits'] as const) {
    await until(
      async () => {
        const [known] = await product.rows<{ count: string }>(service, 'SELECT count(*) FROM known_member');
        return Number(known?.count) >= members.length;
      },
      { what: `${service} to know every member`, withinMs: 30_000 },
    );
  }
  return {
    organisation,
    member: (order) => person(members[order]!),
    unverified: person(members.find((member) => !member.isVerified)!),
    cityOfficer,
    administrator: officerAt('administrator', 'C'),
    departmentOfficer: (code) => officerAt('department-officer', code),
    officer: officerAt,
  };
}
