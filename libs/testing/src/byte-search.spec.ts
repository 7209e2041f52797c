import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ByteSearch } from './byte-search.js';
import { spellingsOf } from './number-spellings.js';

const needlesOf = (number: string) => spellingsOf(number);
const namesIn = (number: string, bytes: Buffer) => [
  ...new Set(new ByteSearch(needlesOf(number)).in(bytes).map(({ name }) => name)),
];

const idNumber = '990000198001010012';
const idNumberWithX = '99000019800101013X';
const phone = '13900000001';
const card = '6222020200012345678';
const around = (bytes: Buffer) => Buffer.concat([Buffer.from('{"a":"'), bytes, Buffer.from('"}\n')]);

describe('ByteSearch', () => {
  it.each([
    ['as text', idNumber, Buffer.from(idNumber), 'plain'],
    ['reversed', phone, Buffer.from('10000000931'), 'reversed'],
    ['grouped with spaces', idNumber, Buffer.from('990000 19800101 0012'), 'with spaces'],
    ['grouped with dashes', phone, Buffer.from('139-0000-0001'), 'with dashes'],
    ['grouped by four', card, Buffer.from('6222 0202 0001 2345 678'), 'with spaces'],
    ['with a small x', idNumberWithX, Buffer.from('99000019800101013x'), 'in small letters'],
    ['in full-width digits', phone, Buffer.from('１３９０００００００１'), 'full-width'],
    ['in UTF-16', idNumber, Buffer.from(idNumber, 'utf16le'), 'UTF-16LE'],
    ['in UTF-16, the other way round', idNumber, Buffer.from(idNumber, 'utf16le').swap16(), 'UTF-16BE'],
    ['in hex', phone, Buffer.from(Buffer.from(phone).toString('hex')), 'hex'],
    ['percent-encoded', phone, Buffer.from('%31%33%39%30%30%30%30%30%30%30%31'), 'percent-encoded'],
  ])('finds a number %s', (_, number, bytes, name) => {
    expect(namesIn(number, around(bytes))).toContain(name);
  });

  it.each([0, 1, 2])('finds a number in base64 after %d bytes', (before) => {
    const encoded = Buffer.from('ab'.slice(0, before) + phone + 'xyz').toString('base64');
    expect(namesIn(phone, around(Buffer.from(encoded)))).toEqual([`base64 at ${before}`]);
  });

  it('finds a number in a column of numbers', () => {
    const bigint = Buffer.alloc(16);
    bigint.writeBigInt64LE(BigInt(phone), 8);
    expect(namesIn(phone, bigint)).toEqual(['bigint']);
    const numeric = Buffer.from(new Uint16Array([622, 2020, 2000, 1234, 5678]).buffer);
    expect(namesIn(card, around(numeric))).toEqual(['numeric']);
  });

  it('finds nothing of a number in another', () => {
    expect(namesIn(phone, around(Buffer.from('13900000002 1390000000 3900000001')))).toEqual([]);
  });

  it('finds nothing where a number has only begun when the text ends', () => {
    for (let length = 8; length < idNumber.length; length += 1) {
      expect(namesIn(idNumber, Buffer.from(idNumber.slice(0, length)))).toEqual([]);
    }
  });

  it('finds each of many once, wherever the file is cut into pieces', () => {
    const directory = mkdtempSync(join(tmpdir(), 'zhijia-byte-search-'));
    try {
      const size = 9_000_000;
      const file = Buffer.alloc(size, 'lorem ipsum ');
      const pieceEnd = 4 * 1_024 * 1_024;
      const places = [0, pieceEnd - 30, pieceEnd - 5, pieceEnd + 10, 2 * pieceEnd - 60, size - phone.length];
      for (const place of places) file.write(phone, place, 'latin1');
      writeFileSync(join(directory, 'file'), file);
      const finds = new ByteSearch(needlesOf(phone)).inFile(join(directory, 'file'));
      expect(finds.filter(({ name }) => name === 'plain').map(({ offset }) => offset)).toEqual(places);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('finds nothing of a number that is cut off at the end', () => {
    expect(namesIn(idNumber, Buffer.from(`{"id":"${idNumber.slice(0, 17)}`))).toEqual([]);
  });

  it('does not look for what chance would find', () => {
    expect(() => new ByteSearch([{ name: 'short', bytes: Buffer.from('1234567') }])).toThrow(RangeError);
  });
});
