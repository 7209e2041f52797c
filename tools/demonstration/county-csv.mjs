/** The county in the files that an import takes: the columns of docs/import.md under their Chinese headers. */

const kindsZh = {
  FEDERATION: '总工会',
  UNION_FEDERATION: '工会联合会',
  BASE_UNION: '基层工会',
  DEPARTMENT: '部门',
};

const organisationHeader = ['组织编码', '组织名称', '英文名称', '组织类型', '上级组织编码', '统一社会信用代码'];

const memberHeader = [
  '姓名',
  '身份证号',
  '手机号',
  '所属组织编码',
  '入会日期',
  '会员编号',
  '人员类别',
  '核验人',
  '核验日期',
];

/** Lines gathered before they are passed on: a file of half a million lines in some hundred writes. */
const linesAtOnce = 2_000;

/** @yields {string} pieces of organisations.csv */
export function* organisationsCsv(county) {
  yield* gathered(organisationHeader, county.organisations, (organisation) => [
    organisation.code,
    organisation.nameZh,
    organisation.nameEn,
    kindsZh[organisation.kind],
    organisation.parentCode ?? '',
    organisation.unifiedCode,
  ]);
}

/** @yields {string} pieces of members.csv */
export function* membersCsv(county) {
  yield* gathered(memberHeader, county.members(), (member) => [
    member.fullName,
    member.idNumber,
    member.phone,
    member.organisationCode,
    member.joinedOn,
    member.memberNumber,
    member.strata.join('、'),
    member.verifiedBy ?? '',
    member.verifiedOn ?? '',
  ]);
}

function* gathered(header, rows, fieldsOf) {
  let lines = [header.join(',')];
  for (const row of rows) {
    lines.push(fieldsOf(row).map(quoted).join(','));
    if (lines.length < linesAtOnce) continue;
    yield `${lines.join('\n')}\n`;
    lines = [];
  }
  if (lines.length > 0) yield `${lines.join('\n')}\n`;
}

function quoted(field) {
  return /[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
