/**
 * Why a line of an import does not land: code to reason, in Chinese and English. A reason never carries a value: what
 * stands in the wrong column may be somebody's ID number.
 */
export const importProblems = {
  BROKEN_QUOTES: ['引号不成对或位置不对', 'The quotation marks do not match'],
  WRONG_FIELD_COUNT: ['列数与表头不一致', 'The line has another number of fields than the header'],
  LINE_TOO_LONG: ['该行过长', 'The line is too long'],
  UNREADABLE_CHARACTERS: ['含有无法识别的字符，请检查文件编码', 'Characters cannot be read; check the encoding'],
  MISSING: ['必填项为空', 'A required field is empty'],
  TOO_LONG: ['内容过长', 'The text is too long'],
  MALFORMED: ['内容格式不正确', 'The form of the text is not right'],
  UNKNOWN_WORD: ['取值不在允许范围内', 'The word is not one of the allowed ones'],
  NOT_A_DATE: ['不是有效日期，请写作 2020-01-31', 'Not a date; write 2020-01-31'],
  IN_THE_FUTURE: ['日期晚于今天', 'The date lies in the future'],
  BEFORE_BIRTH: ['日期早于出生日期', 'The date lies before the birth date'],
  ID_NUMBER_MALFORMED: ['身份证号应为18位数字，末位可为X', 'An ID number has 18 digits, the last may be X'],
  ID_NUMBER_BIRTH_DATE: ['身份证号中的出生日期无效', 'The birth date inside the ID number is not valid'],
  ID_NUMBER_CHECK_CHARACTER: ['身份证号校验码不符', 'The check character of the ID number does not match'],
  PHONE_MALFORMED: ['手机号应为11位大陆手机号码', 'Not a mobile number of mainland China'],
  UNIFIED_CODE_MALFORMED: [
    '统一社会信用代码格式或校验码不正确',
    'The unified code or its check character is not right',
  ],
  UNIFIED_CODE_TAKEN: ['统一社会信用代码已属于另一组织', 'The unified code belongs to another organisation'],
  PERSONAL_NUMBER_MISPLACED: [
    '此列不应填写身份证号、手机号或银行卡号',
    'An ID, phone or card number does not belong in this column',
  ],
  VERIFICATION_INCOMPLETE: ['核验人与核验日期须同时填写', 'Give both who verified the person and when, or neither'],
  DUPLICATE_IN_FILE: ['与本文件前面的一行重复', 'The same as an earlier line of this file'],
  NEEDS_VERIFICATION: ['需人工核实', 'Needs verification'],
  MEMBER_NUMBER_TAKEN: ['会员编号已被使用', 'The member number is in use'],
  ORGANISATION_UNKNOWN: ['没有此编码的组织', 'No organisation has this code'],
  ORGANISATION_DISSOLVED: ['该组织已撤销', 'The organisation is dissolved'],
  OUT_OF_REACH: ['该组织不在您的管理范围内', 'The organisation is outside your reach'],
  PARENT_UNKNOWN: [
    '没有此编码的上级组织，或上级组织所在行有误',
    'The organisation above is unknown or its line is wrong',
  ],
  PARENT_DISSOLVED: ['上级组织已撤销', 'The organisation above is dissolved'],
  PARENT_CYCLE: ['组织不能隶属于自己或自己的下级', 'An organisation cannot stand below itself'],
  SECOND_ROOT: ['最上级组织只能有一个', 'There is one organisation at the top already'],
  ROOT_MISSING: ['最上级组织不能没有', 'The organisation at the top stays at the top'],
  KIND_NOT_UNDER_PARENT: ['该类型的组织不能设在此上级之下', 'An organisation of this kind does not stand there'],
  TREE_TOO_DEEP: ['组织层级过深', 'Too many levels of organisations'],
} as const satisfies Readonly<Record<string, readonly [reasonZh: string, reasonEn: string]>>;

export type ImportProblemCode = keyof typeof importProblems;

export interface ImportProblem {
  readonly code: ImportProblemCode;
  /** A column of the contract; null where the line as a whole is meant. */
  readonly field: string | null;
  /** The earlier line that this one repeats. */
  readonly otherLineNumber?: number;
}

export interface ProblemAtLine extends ImportProblem {
  /** As an editor counts: the header is line 1. */
  readonly lineNumber: number;
}

export interface Reasons {
  readonly reasonZh: string;
  readonly reasonEn: string;
}

/** What a clerk reads about a problem; `code` may come from a row that an older version wrote. */
export function reasonsOf(problem: { code: string; otherLineNumber?: number | null }): Reasons {
  const [zh, en] = isProblemCode(problem.code) ? importProblems[problem.code] : [problem.code, problem.code];
  const line = problem.otherLineNumber ?? null;
  return line === null
    ? { reasonZh: zh, reasonEn: en }
    : { reasonZh: `${zh}（第${line}行）`, reasonEn: `${en} (line ${line})` };
}

function isProblemCode(code: string): code is ImportProblemCode {
  return Object.hasOwn(importProblems, code);
}
