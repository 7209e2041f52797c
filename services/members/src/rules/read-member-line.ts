import { checkIdNumber, checkMobileNumber } from '@zhijia/pii';
import type { Cells, MemberColumn } from './import-columns.js';
import type { ImportProblem, ImportProblemCode } from './import-problem.js';
import {
  hasForbiddenCharacters,
  holdsPersonalNumber,
  isPersonalNumber,
  readDate,
  readStrata,
  readText,
  readWord,
  wordsOf,
  type Stratum,
} from './read-cell.js';

export type MemberStatus = 'ACTIVE' | 'LEFT';

/** A union's word for who a person is (level "union-attested"). */
export interface Attestation {
  readonly verifiedBy: string;
  readonly verifiedOn: string;
}

/** What a well-formed line says of one member. An optional fact that is absent stays as it is stored. */
export interface MemberLine {
  readonly lineNumber: number;
  readonly fullName: string;
  readonly idNumber: string;
  readonly phone: string;
  readonly organisationCode: string;
  readonly joinedOn: string;
  readonly memberNumber?: string | null;
  readonly strata?: readonly Stratum[];
  /** Null takes an earlier attestation back. */
  readonly attestation?: Attestation | null;
  readonly status?: MemberStatus;
}

export type MemberLineReading =
  | { readonly kind: 'read'; readonly line: MemberLine }
  | { readonly kind: 'refused'; readonly problems: readonly ImportProblem[] };

const statusWords = wordsOf<MemberStatus>({
  ACTIVE: ['在会', '正常', 'active'],
  LEFT: ['退会', '已退会', 'left'],
});

const longest = { name: 100, code: 64, memberNumber: 64, verifiedBy: 100 } as const;

const idNumberProblems = {
  length: 'ID_NUMBER_MALFORMED',
  characters: 'ID_NUMBER_MALFORMED',
  birthDate: 'ID_NUMBER_BIRTH_DATE',
  checkCharacter: 'ID_NUMBER_CHECK_CHARACTER',
} as const satisfies Readonly<Record<string, ImportProblemCode>>;

/**
 * Judges one line by itself; what needs the register, `planMemberImport` judges.
 *
 * @param today the date in Shanghai, by the database's clock
 */
export function readMemberLine(lineNumber: number, cells: Cells<MemberColumn>, today: string): MemberLineReading {
  const problems: ImportProblem[] = [];
  const refuse = (field: MemberColumn, code: ImportProblemCode): null => {
    problems.push({ field, code });
    return null;
  };
  const text = (field: MemberColumn, longestLength: number): string | null => {
    const value = readText(cells[field] ?? '');
    if (value === '') return null;
    if (value.length > longestLength) return refuse(field, 'TOO_LONG');
    return hasForbiddenCharacters(value) ? refuse(field, 'MALFORMED') : value;
  };
  const isEmpty = (field: MemberColumn): boolean => readText(cells[field] ?? '') === '';
  const date = (field: MemberColumn): string | null => {
    const value = readDate(cells[field] ?? '');
    if (value === null) return refuse(field, 'NOT_A_DATE');
    return value > today ? refuse(field, 'IN_THE_FUTURE') : value;
  };

  const required = ['fullName', 'idNumber', 'phone', 'organisationCode', 'joinedOn'] as const;
  for (const field of required) if (isEmpty(field)) refuse(field, 'MISSING');

  const fullName = text('fullName', longest.name);
  if (fullName !== null && /\d/.test(fullName)) refuse('fullName', 'MALFORMED');
  const person = isEmpty('idNumber') ? null : checkIdNumber(cells.idNumber ?? '', today);
  if (person?.ok === false) refuse('idNumber', idNumberProblems[person.reason]);
  const phone = isEmpty('phone') ? null : checkMobileNumber(cells.phone ?? '');
  if (phone?.ok === false) refuse('phone', 'PHONE_MALFORMED');
  const organisationCode = text('organisationCode', longest.code);
  const joinedOn = isEmpty('joinedOn') ? null : date('joinedOn');
  if (joinedOn !== null && person?.ok === true && joinedOn < person.birthDate) refuse('joinedOn', 'BEFORE_BIRTH');

  const memberNumber = text('memberNumber', longest.memberNumber);
  if (memberNumber !== null && isPersonalNumber(memberNumber, cells.phone ?? '')) {
    refuse('memberNumber', 'PERSONAL_NUMBER_MISPLACED');
  }
  const strata = readStrata(cells.strata ?? '');
  if (strata === null) refuse('strata', 'UNKNOWN_WORD');
  const verifiedBy = text('verifiedBy', longest.verifiedBy);
  if (verifiedBy !== null && holdsPersonalNumber(verifiedBy)) refuse('verifiedBy', 'PERSONAL_NUMBER_MISPLACED');
  const verifiedOn = isEmpty('verifiedOn') ? null : date('verifiedOn');
  if (isEmpty('verifiedBy') !== isEmpty('verifiedOn')) {
    refuse(isEmpty('verifiedBy') ? 'verifiedBy' : 'verifiedOn', 'VERIFICATION_INCOMPLETE');
  }
  const status = isEmpty('status') ? 'ACTIVE' : readWord(statusWords, cells.status ?? '');
  if (status === null) refuse('status', 'UNKNOWN_WORD');

  if (
    problems.length > 0 ||
    fullName === null ||
    person?.ok !== true ||
    phone?.ok !== true ||
    organisationCode === null ||
    joinedOn === null ||
    strata === null ||
    status === null
  ) {
    return { kind: 'refused', problems };
  }
  const attestation = verifiedBy === null || verifiedOn === null ? null : { verifiedBy, verifiedOn };
  const saysWhoVerified = cells.verifiedBy !== undefined || cells.verifiedOn !== undefined;
  return {
    kind: 'read',
    line: {
      lineNumber,
      fullName,
      idNumber: person.idNumber,
      phone: phone.mobileNumber,
      organisationCode,
      joinedOn,
      ...(cells.memberNumber === undefined ? {} : { memberNumber }),
      ...(cells.strata === undefined ? {} : { strata }),
      ...(saysWhoVerified ? { attestation } : {}),
      ...(cells.status === undefined ? {} : { status }),
    },
  };
}
