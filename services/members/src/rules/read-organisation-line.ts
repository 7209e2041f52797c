import type { organisationKinds } from '@zhijia/contracts';
import { checkUnifiedCode } from '@zhijia/pii';
import type { Cells, OrganisationColumn } from './import-columns.js';
import type { ImportProblem } from './import-problem.js';
import { hasForbiddenCharacters, holdsPersonalNumber, readText, readWord, wordsOf } from './read-cell.js';

export type OrganisationKind = (typeof organisationKinds)[number];
export type OrganisationStatus = 'ACTIVE' | 'DISSOLVED';

/** What a well-formed line says of one organisation. An optional fact that is absent stays as it is stored. */
export interface OrganisationLine {
  readonly lineNumber: number;
  readonly code: string;
  readonly nameZh: string;
  readonly kind: OrganisationKind;
  /** Null: the organisation at the top. */
  readonly parentCode: string | null;
  readonly nameEn?: string | null;
  readonly unifiedCode?: string | null;
  readonly status?: OrganisationStatus;
}

export type OrganisationLineReading =
  | { readonly kind: 'read'; readonly line: OrganisationLine }
  | { readonly kind: 'refused'; readonly problems: readonly ImportProblem[] };

const kindWords = wordsOf<OrganisationKind>({
  FEDERATION: ['总工会', 'federation'],
  UNION_FEDERATION: ['工会联合会', '联合工会', 'union federation'],
  BASE_UNION: ['基层工会', '企业工会', 'base union'],
  ENTERPRISE: ['企业', '企业单位', 'enterprise'],
  DEPARTMENT: ['部门', '政府部门', 'department'],
  PROJECT: ['项目', 'project'],
});

const statusWords = wordsOf<OrganisationStatus>({
  ACTIVE: ['正常', '有效', 'active'],
  DISSOLVED: ['撤销', '已撤销', '注销', 'dissolved'],
});

const longest = { code: 64, name: 200 } as const;

/** Judges one line by itself; what needs the register, `planOrganisationImport` judges. */
export function readOrganisationLine(lineNumber: number, cells: Cells<OrganisationColumn>): OrganisationLineReading {
  const problems: ImportProblem[] = [];
  const text = (field: OrganisationColumn, longestLength: number, isRequired: boolean): string | null => {
    const value = readText(cells[field] ?? '');
    if (value === '') {
      if (isRequired) problems.push({ field, code: 'MISSING' });
      return null;
    }
    if (value.length > longestLength) problems.push({ field, code: 'TOO_LONG' });
    else if (hasForbiddenCharacters(value)) problems.push({ field, code: 'MALFORMED' });
    else if (field.startsWith('name') && holdsPersonalNumber(value)) {
      problems.push({ field, code: 'PERSONAL_NUMBER_MISPLACED' });
    }
    return value;
  };

  const code = text('code', longest.code, true);
  const nameZh = text('nameZh', longest.name, true);
  const parentCode = text('parentCode', longest.code, false);
  const nameEn = text('nameEn', longest.name, false);
  const kind = readWord(kindWords, cells.kind ?? '');
  if (kind === null)
    problems.push({ field: 'kind', code: readText(cells.kind ?? '') === '' ? 'MISSING' : 'UNKNOWN_WORD' });
  const unifiedCode = readUnifiedCode(cells.unifiedCode ?? '', problems);
  const statusCell = readText(cells.status ?? '');
  const status = statusCell === '' ? 'ACTIVE' : readWord(statusWords, statusCell);
  if (status === null) problems.push({ field: 'status', code: 'UNKNOWN_WORD' });

  if (problems.length > 0 || code === null || nameZh === null || kind === null || status === null) {
    return { kind: 'refused', problems };
  }
  return {
    kind: 'read',
    line: {
      lineNumber,
      code,
      nameZh,
      kind,
      parentCode,
      ...(cells.nameEn === undefined ? {} : { nameEn }),
      ...(cells.unifiedCode === undefined ? {} : { unifiedCode }),
      ...(cells.status === undefined ? {} : { status }),
    },
  };
}

function readUnifiedCode(cell: string, problems: ImportProblem[]): string | null {
  if (readText(cell) === '') return null;
  const check = checkUnifiedCode(cell);
  if (check.ok) return check.unifiedCode;
  problems.push({ field: 'unifiedCode', code: 'UNIFIED_CODE_MALFORMED' });
  return null;
}
