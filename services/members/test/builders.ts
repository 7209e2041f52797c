import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execute } from '@zhijia/database';
import { Outbox } from '@zhijia/messaging';
import { BlindIndex, FieldCipher, idNumberCheckCharacter, Keyring, unifiedCodeCheckCharacter } from '@zhijia/pii';
import type { DataSource } from 'typeorm';
import type { ConsentPartner } from '../src/consents/consent-changes.store.js';
import { ImportMembers } from '../src/imports/import-members.js';
import { ImportOrganisations } from '../src/imports/import-organisations.js';
import { ImportRunsStore, type ImportRunRow } from '../src/imports/import-runs.store.js';
import { sourceFromBytes } from '../src/imports/import-source.js';
import type { Importer } from '../src/imports/importer.js';
import { LandPortion } from '../src/imports/land-portion.js';
import { MemberImportStore } from '../src/imports/member-import.store.js';
import type { ImportOutcome } from '../src/imports/run-import.js';
import { PersonalFields } from '../src/members/personal-fields.js';
import type { ConsentOffer } from '../src/rules/plan-consent.js';
import { OrganisationTreeStore } from '../src/organisations/organisation-tree.store.js';

/** Area 990000 does not exist: no number here is anybody's. */
export function anIdNumber(order: number, birthDate = '19800101'): string {
  const firstSeventeen = `99${String(Math.floor(order / 1000)).padStart(4, '0')}${birthDate}${String(order % 1000).padStart(3, '0')}`;
  return firstSeventeen + idNumberCheckCharacter(firstSeventeen);
}

export function aPhone(order: number): string {
  return `139${String(order).padStart(8, '0')}`;
}

export function aUnifiedCode(order: number): string {
  const firstSeventeen = `81990000${String(order).padStart(9, '0')}`;
  return firstSeventeen + unifiedCodeCheckCharacter(firstSeventeen);
}

export interface MemberLineFacts {
  fullName?: string;
  idNumber?: string;
  phone?: string;
  organisationCode?: string;
  joinedOn?: string;
  memberNumber?: string;
  strata?: string;
  verifiedBy?: string;
  verifiedOn?: string;
}

export const memberHeader =
  'fullName,idNumber,phone,organisationCode,joinedOn,memberNumber,strata,verifiedBy,verifiedOn';

/** A good line about the n-th person, with what a test says differently. */
export function aMemberLine(order: number, facts: MemberLineFacts = {}): string {
  return [
    facts.fullName ?? '欧阳小红',
    facts.idNumber ?? anIdNumber(order),
    facts.phone ?? aPhone(order),
    facts.organisationCode ?? 'B1',
    facts.joinedOn ?? '2020-01-31',
    facts.memberNumber ?? '',
    facts.strata ?? '一线职工',
    facts.verifiedBy ?? '',
    facts.verifiedOn ?? '',
  ].join(',');
}

export function memberFile(...lines: readonly string[]): Buffer {
  return Buffer.from([memberHeader, ...lines].join('\r\n'));
}

/** City C; districts D1 and D2; base unions B1 and B2 below D1, B3 below D2. */
export const smallTree = [
  'code,nameZh,kind,parentCode,unifiedCode',
  `C,某市总工会,FEDERATION,,${aUnifiedCode(1)}`,
  'D1,一区总工会,FEDERATION,C,',
  'D2,二区总工会,FEDERATION,C,',
  `B1,甲厂工会,BASE_UNION,D1,${aUnifiedCode(2)}`,
  'B2,乙厂工会,BASE_UNION,D1,',
  'B3,丙厂工会,BASE_UNION,D2,',
].join('\n');

export function aKeyring(): { current: number; keys: Record<string, string> } {
  return { current: 1, keys: { 1: randomBytes(32).toString('base64') } };
}

/** Keyrings as files, as the service's configuration names them. */
export function personalDataFiles(): { piiKeyringFile: string; piiIndexKeyFile: string } {
  const folder = mkdtempSync(join(tmpdir(), 'zhijia-members-'));
  const write = (name: string): string => {
    const file = join(folder, name);
    writeFileSync(file, JSON.stringify(aKeyring()), { mode: 0o600 });
    return file;
  };
  return { piiKeyringFile: write('pii.keyring.json'), piiIndexKeyFile: write('pii.index-key') };
}

export function somePersonalFields(): PersonalFields {
  return new PersonalFields(new FieldCipher(Keyring.parse(aKeyring())), new BlindIndex(Keyring.parse(aKeyring())));
}

/** A register without anybody, between two tests of one database; even what stays written goes, past its trigger. */
export async function emptyRegister(db: DataSource): Promise<void> {
  await execute(
    db,
    `SET LOCAL session_replication_role = replica;
     TRUNCATE organisation, member, member_history, import_run, import_line, import_error, outbox
     RESTART IDENTITY CASCADE`,
  );
}

export const commandLine: Importer = { name: 'command line', reach: null };

/** Small enough that a short file has several. */
export const portionLines = 100;

/** Both imports on one database, asked in one line. */
export function importsOn(db: DataSource, personal = somePersonalFields()) {
  const runs = new ImportRunsStore();
  const organisations = new ImportOrganisations(db, runs, new OrganisationTreeStore(), new Outbox());
  const landPortion = new LandPortion(db, runs, new MemberImportStore(), personal, new Outbox());
  const members = new ImportMembers(db, runs, personal, landPortion);
  return {
    runs,
    personal,
    useCases: { organisations, members },
    organisations: async (csv: string | Buffer, importer = commandLine, isDryRun = false): Promise<ImportRunRow> =>
      runOf(await organisations.run({ source: sourceFromBytes(Buffer.from(csv)), importer, isDryRun })),
    members: async (csv: string | Buffer, importer = commandLine, isDryRun = false): Promise<ImportRunRow> =>
      runOf(await members.run({ source: sourceFromBytes(Buffer.from(csv)), importer, isDryRun, portionLines })),
    /** `line field code` of every error. */
    errors: async (run: ImportRunRow): Promise<string[]> =>
      (await runs.listErrors(db, run.id, null, 1_000)).map(
        ({ lineNumber, field, code }) => `${lineNumber} ${field ?? '-'} ${code}`,
      ),
  };
}

function runOf(outcome: ImportOutcome): ImportRunRow {
  if (outcome.kind !== 'imported') throw new Error(`The import ended as ${outcome.kind}`);
  return outcome.run;
}

/** A partner's server, as the issuer knows it. */
export function aPartner(facts: Partial<ConsentPartner> = {}): ConsentPartner {
  return {
    issuer: 'https://issuer.test',
    clientId: 'first-bank',
    recipientName: '第一银行（演示）',
    recipientContact: 'privacy@first-bank.example',
    ...facts,
  };
}

/** What a member is shown: the card's purpose, with two fields. */
export function anOffer(facts: Partial<ConsentOffer> = {}): ConsentOffer {
  return {
    purpose: 'card-issuing',
    purposeZh: '办理工会会员服务卡',
    purposeEn: 'Issuing the union member card',
    necessityZh: '银行须确认申请人是本会会员。',
    necessityEn: 'The bank has to know that the applicant is a member.',
    fields: ['MEMBERSHIP', 'MASKED_NAME'],
    days: 90,
    noticeVersion: '2026-1',
    policyRegion: null,
    policyVersion: 0,
    askAgainAfterDays: 180,
    ...facts,
  };
}
