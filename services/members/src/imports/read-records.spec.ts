import { sourceFromBytes, type ImportSource } from './import-source.js';
import { readRecords, type CsvRecord } from './read-records.js';
import { surveyFile } from './survey-file.js';

async function recordsOf(text: string | Buffer, chunkBytes = 1_000_000): Promise<string[]> {
  const bytes = Buffer.from(text);
  const source: ImportSource = {
    open: async function* () {
      for (let start = 0; start < bytes.length; start += chunkBytes) yield bytes.subarray(start, start + chunkBytes);
    },
  };
  const records: CsvRecord[] = [];
  for await (const portion of readRecords(source, 'UTF_8')) records.push(...portion);
  return records.map((record) =>
    record.kind === 'fields'
      ? `${record.lineNumber} ${record.fields.join('|')}`
      : `${record.lineNumber} ${record.code}`,
  );
}

describe('readRecords', () => {
  const file = [
    'a,b',
    '1,2',
    '"x,y","z ""q"""',
    '',
    ',',
    '"two',
    'lines",3',
    '"broken,4',
    '5,6',
    'mid"quote,7',
    '"t"ail,8',
    '9,10',
  ];
  const records = [
    '1 a|b',
    '2 1|2',
    '3 x,y|z "q"',
    '6 two\nlines|3',
    '8 BROKEN_QUOTES',
    '9 5|6',
    '10 BROKEN_QUOTES',
    '11 BROKEN_QUOTES',
    '12 9|10',
  ];

  it.each(['\n', '\r\n'])(
    'reads quotes, goes on after broken ones and numbers lines as an editor does',
    async (end) => {
      expect(await recordsOf(file.join(end))).toEqual(records);
      expect(await recordsOf(file.join(end) + end)).toEqual(records);
    },
  );

  it('does not depend on how the bytes arrive', async () => {
    for (const chunkBytes of [1, 2, 3, 7, 64]) expect(await recordsOf(file.join('\r\n'), chunkBytes)).toEqual(records);
  });

  it('does not let an open quotation mark swallow the file', async () => {
    const lines = Array.from({ length: 1_000 }, (_, place) => `${place},x`);
    const read = await recordsOf(['a,b', '"open,1', ...lines].join('\n'));
    expect(read).toHaveLength(1_002);
    expect(read[1]).toBe('2 BROKEN_QUOTES');
  });
});

describe('surveyFile', () => {
  const encodingOf = async (bytes: Buffer): Promise<unknown> => {
    const surveying = await surveyFile(sourceFromBytes(bytes));
    return surveying.kind === 'surveyed' ? surveying.survey.encoding : surveying;
  };
  const gb = Buffer.from('d0d5c3fb2cd5c5c8fd0a', 'hex'); // 姓名,张三

  it('tells UTF-8, its byte order mark and GB18030 apart', async () => {
    expect(await encodingOf(Buffer.from('姓名,张三\n'))).toBe('UTF_8');
    expect(await encodingOf(Buffer.from('\uFEFF姓名\n'))).toBe('UTF_8_BOM');
    expect(await encodingOf(gb)).toBe('GB18030');
    expect(await encodingOf(Buffer.from('plain\n'))).toBe('UTF_8');
  });

  it('reads a file of UTF-8 as such when a line of it is broken', async () => {
    expect(await encodingOf(Buffer.concat([Buffer.from('姓名\n张三\n'), gb]))).toBe('UTF_8');
  });

  it('stops reading where the file is too large', async () => {
    expect(await surveyFile(sourceFromBytes(Buffer.alloc(11, 'x')), 10)).toEqual({ kind: 'tooLarge' });
    expect((await surveyFile(sourceFromBytes(Buffer.alloc(10, 'x')), 10)).kind).toBe('surveyed');
  });
});
