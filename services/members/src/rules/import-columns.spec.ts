import { cellsOf, memberColumns, organisationColumns, readHeader } from './import-columns.js';

describe('readHeader', () => {
  it('reads Chinese and English headers, mixed and in any order', () => {
    const reading = readHeader(
      ['手机号码', 'Full Name', ' 身份证号 ', 'joined_on', '所属组织编码', '备注'],
      memberColumns,
    );
    expect(reading).toEqual({
      kind: 'read',
      columns: ['phone', 'fullName', 'idNumber', 'joinedOn', 'organisationCode', null],
      unknownColumns: ['备注'],
    });
  });

  it('names the required columns that are missing', () => {
    expect(readHeader(['组织编码', '组织名称'], organisationColumns)).toEqual({
      kind: 'columnsMissing',
      missing: ['kind', 'parentCode'],
    });
  });

  it('refuses two columns that mean the same', () => {
    const header = ['code', '组织编码', 'nameZh', 'kind', 'parentCode'];
    expect(readHeader(header, organisationColumns)).toEqual({ kind: 'columnsRepeated', repeated: ['code'] });
  });

  it('does not repeat what may be a person where a header should be', () => {
    const header = ['code', 'nameZh', 'kind', 'parentCode', '99000019800101001X', '13900000001 张三', '备注'];
    const reading = readHeader(header, organisationColumns);
    expect(reading.kind === 'read' && reading.unknownColumns).toEqual(['#5', '#6', '备注']);
  });
});

describe('cellsOf', () => {
  it('leaves an absent column absent and an empty one empty', () => {
    expect(cellsOf(['a', '', 'x'], ['code', 'nameEn', null])).toEqual({ code: 'a', nameEn: '' });
  });

  it('takes empty fields beyond the header and refuses others', () => {
    expect(cellsOf(['a', '', ' '], ['code'])).toEqual({ code: 'a' });
    expect(cellsOf(['a', 'b'], ['code'])).toBeNull();
    expect(cellsOf(['a'], ['code', 'nameZh'])).toBeNull();
  });
});
