/** One way in which a number may lie in bytes. */
export interface Spelling {
  readonly name: string;
  readonly bytes: Buffer;
  /** Where it can begin: a whole number of these bytes from the start of a file. 1 when absent. */
  readonly alignment?: number;
}

/**
 * The ways in which a personal number would be found by who looks for it: as text in each encoding, grouped as people
 * write it, reversed, and as PostgreSQL would store it had somebody made a column of numbers.
 *
 * @param number an ID, phone or card number without separators
 */
export function spellingsOf(number: string): Spelling[] {
  const texts: [string, string][] = [
    ['plain', number],
    ['reversed', [...number].reverse().join('')],
    ...groupingsOf(number).flatMap((groups): [string, string][] => [
      ['with spaces', groups.join(' ')],
      ['with dashes', groups.join('-')],
    ]),
  ];
  const lowerCase = number.toLowerCase();
  if (lowerCase !== number) texts.push(['in small letters', lowerCase]);
  return [
    ...texts.map(([name, text]) => ({ name, bytes: Buffer.from(text) })),
    { name: 'full-width', bytes: Buffer.from(toFullWidth(number)) },
    { name: 'UTF-16LE', bytes: Buffer.from(number, 'utf16le') },
    { name: 'UTF-16BE', bytes: Buffer.from(number, 'utf16le').swap16() },
    { name: 'hex', bytes: Buffer.from(Buffer.from(number).toString('hex')) },
    { name: 'HEX', bytes: Buffer.from(Buffer.from(number).toString('hex').toUpperCase()) },
    { name: 'percent-encoded', bytes: Buffer.from(percentEncoded(number)) },
    ...base64Of(number),
    ...binaryOf(number),
  ];
}

/** As people group them: ID numbers 6-8-4, phones 3-4-4, cards by four. */
function groupingsOf(number: string): string[][] {
  const sizes = number.length === 18 ? [[6, 8, 4]] : number.length === 11 ? [[3, 4, 4]] : [];
  return [...sizes, Array.from({ length: Math.ceil(number.length / 4) }, () => 4)].map((groups) => {
    let from = 0;
    return groups.map((size) => number.slice(from, (from += size)));
  });
}

function toFullWidth(number: string): string {
  return [...number].map((character) => String.fromCodePoint(character.codePointAt(0)! + 0xfee0)).join('');
}

function percentEncoded(number: string): string {
  return [...Buffer.from(number)].map((byte) => `%${byte.toString(16).toUpperCase()}`).join('');
}

/** What is the same of it in base64 whatever stands around it, for each of the three places it can begin at. */
function base64Of(number: string): Spelling[] {
  return [0, 1, 2].map((offset) => {
    const whole = Buffer.concat([Buffer.alloc(offset), Buffer.from(number)]);
    const from = Math.ceil((offset * 8) / 6);
    const until = Math.floor((whole.length * 8) / 6);
    return { name: `base64 at ${offset}`, bytes: Buffer.from(whole.toString('base64').slice(from, until)) };
  });
}

/** `bigint` as it lies on a page and as it goes over the wire, `numeric` as its digits of base 10,000. */
function binaryOf(number: string): Spelling[] {
  if (!/^\d+$/.test(number)) return [];
  const onPage = Buffer.alloc(8);
  onPage.writeBigUInt64LE(BigInt(number));
  // A short number has few bytes of its own, so it is believed only where PostgreSQL would put it.
  const spellings: Spelling[] = [{ name: 'bigint', bytes: onPage, alignment: number.length < 15 ? 8 : 1 }];
  if (number.length < 15) return spellings;
  const groups = number.padStart(Math.ceil(number.length / 4) * 4, '0').match(/.{4}/g) ?? [];
  const numeric = Buffer.alloc(groups.length * 2);
  groups.forEach((group, index) => numeric.writeUInt16LE(Number(group), index * 2));
  return [
    ...spellings,
    { name: 'bigint on the wire', bytes: Buffer.from(onPage).reverse() },
    { name: 'numeric', bytes: numeric },
  ];
}
