/** A column of an import's contract: the English name is the field's name, the others are accepted as well. */
export interface ImportColumn {
  readonly name: string;
  readonly isRequired: boolean;
  /** Chinese headers, the one to prefer first. */
  readonly zh: readonly string[];
}

export const organisationColumns = [
  { name: 'code', isRequired: true, zh: ['组织编码', '组织代码'] },
  { name: 'nameZh', isRequired: true, zh: ['组织名称', '中文名称'] },
  { name: 'nameEn', isRequired: false, zh: ['英文名称'] },
  { name: 'kind', isRequired: true, zh: ['组织类型', '类型'] },
  { name: 'parentCode', isRequired: true, zh: ['上级组织编码', '上级编码'] },
  { name: 'unifiedCode', isRequired: false, zh: ['统一社会信用代码'] },
  { name: 'status', isRequired: false, zh: ['组织状态', '状态'] },
] as const satisfies readonly ImportColumn[];

export const memberColumns = [
  { name: 'fullName', isRequired: true, zh: ['姓名'] },
  { name: 'idNumber', isRequired: true, zh: ['身份证号', '身份证号码', '公民身份号码'] },
  { name: 'phone', isRequired: true, zh: ['手机号', '手机号码', '联系电话'] },
  { name: 'organisationCode', isRequired: true, zh: ['所属组织编码', '组织编码', '组织代码'] },
  { name: 'joinedOn', isRequired: true, zh: ['入会日期', '入会时间'] },
  { name: 'memberNumber', isRequired: false, zh: ['会员编号', '会员证号'] },
  { name: 'strata', isRequired: false, zh: ['人员类别', '群体'] },
  { name: 'verifiedBy', isRequired: false, zh: ['核验人', '核验单位'] },
  { name: 'verifiedOn', isRequired: false, zh: ['核验日期'] },
  { name: 'status', isRequired: false, zh: ['会籍状态', '状态'] },
] as const satisfies readonly ImportColumn[];

export type OrganisationColumn = (typeof organisationColumns)[number]['name'];
export type MemberColumn = (typeof memberColumns)[number]['name'];

/**
 * A line by column. A column that the file does not have is absent, which leaves what is stored; an empty text clears
 * it.
 */
export type Cells<Name extends string> = Readonly<Partial<Record<Name, string>>>;

export type HeaderReading<Name extends string> =
  | {
      readonly kind: 'read';
      /** Column of the contract by place in the line; null where the contract knows none. */
      readonly columns: readonly (Name | null)[];
      /** Headers that the contract does not know, as written; a number in place of one that may be personal. */
      readonly unknownColumns: readonly string[];
    }
  | { readonly kind: 'columnsMissing'; readonly missing: readonly Name[] }
  | { readonly kind: 'columnsRepeated'; readonly repeated: readonly Name[] };

/** Reads a header in Chinese, English or both. Spaces, capitals, hyphens and underscores do not matter. */
export function readHeader<Column extends ImportColumn>(
  header: readonly string[],
  contract: readonly Column[],
): HeaderReading<Column['name']> {
  const byKey = new Map<string, Column['name']>();
  for (const column of contract) for (const text of [column.name, ...column.zh]) byKey.set(keyOf(text), column.name);
  const columns: (Column['name'] | null)[] = header.map((text) => byKey.get(keyOf(text)) ?? null);

  const missing = contract.filter((column) => column.isRequired && !columns.includes(column.name));
  if (missing.length > 0) return { kind: 'columnsMissing', missing: missing.map((column) => column.name) };
  const repeated = contract.filter((column) => columns.filter((name) => name === column.name).length > 1);
  if (repeated.length > 0) return { kind: 'columnsRepeated', repeated: repeated.map((column) => column.name) };
  const unknownColumns = header.flatMap((text, place) =>
    columns[place] === null && text.trim() !== '' ? [tellable(text, place)] : [],
  );
  return { kind: 'read', columns, unknownColumns: unknownColumns.slice(0, 100) };
}

/** The cells of a line; null when it has another number of fields. Empty fields at the end are a spreadsheet's habit. */
export function cellsOf<Name extends string>(
  fields: readonly string[],
  columns: readonly (Name | null)[],
): Cells<Name> | null {
  if (fields.length < columns.length) return null;
  for (let place = columns.length; place < fields.length; place += 1) {
    if (fields[place]?.trim() !== '') return null;
  }
  const cells: Partial<Record<Name, string>> = {};
  columns.forEach((name, place) => {
    if (name !== null) cells[name] = fields[place] ?? '';
  });
  return cells;
}

function keyOf(header: string): string {
  return header
    .normalize('NFKC')
    .replace(/[\s_\-*]/g, '')
    .toLowerCase();
}

/** A file without a header has a person in its first line. */
function tellable(header: string, place: number): string {
  const text = header.trim();
  return /\d{6}/.test(text.normalize('NFKC')) || text.length > 64 ? `#${place + 1}` : text;
}
