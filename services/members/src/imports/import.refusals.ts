import type { ImportRefusal } from './open-import.js';

export interface ImportRefusalAnswer {
  readonly __typename: 'ImportTooLarge' | 'ImportNotReadable' | 'ImportColumnsMissing' | 'ImportColumnsRepeated';
  readonly code: string;
  readonly messageZh: string;
  readonly messageEn: string;
  readonly columns?: readonly string[];
}

const unreadable = {
  empty: ['文件是空的。', 'The file is empty.'],
  notText: ['文件不是 UTF-8 或 GB18030 编码的 CSV 文本。', 'The file is not CSV text in UTF-8 or GB18030.'],
  noHeader: ['文件没有可读的表头。', 'The file has no header that can be read.'],
} as const;

/** What people read when a file as a whole is refused. */
export function refusalAnswer(refusal: ImportRefusal): ImportRefusalAnswer {
  switch (refusal.kind) {
    case 'tooLarge':
      return {
        __typename: 'ImportTooLarge',
        code: 'IMPORT_TOO_LARGE',
        messageZh: `文件过大，最多 ${refusal.most} ${refusal.unit === 'bytes' ? '字节' : '行'}。`,
        messageEn: `The file is too large: at most ${refusal.most} ${refusal.unit}.`,
      };
    case 'notReadable': {
      const [messageZh, messageEn] = unreadable[refusal.reason];
      return { __typename: 'ImportNotReadable', code: 'IMPORT_NOT_READABLE', messageZh, messageEn };
    }
    case 'columnsMissing':
      return {
        __typename: 'ImportColumnsMissing',
        code: 'IMPORT_COLUMNS_MISSING',
        messageZh: `表头缺少必需的列：${refusal.missing.join('、')}。`,
        messageEn: `The header lacks required columns: ${refusal.missing.join(', ')}.`,
        columns: refusal.missing,
      };
    case 'columnsRepeated':
      return {
        __typename: 'ImportColumnsRepeated',
        code: 'IMPORT_COLUMNS_REPEATED',
        messageZh: `表头中有重复的列：${refusal.repeated.join('、')}。`,
        messageEn: `Columns of the header mean the same: ${refusal.repeated.join(', ')}.`,
        columns: refusal.repeated,
      };
  }
}
