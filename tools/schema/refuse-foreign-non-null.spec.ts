import { parse } from 'graphql';
import { refuseForeignNonNull } from './refuse-foreign-non-null.mjs';

const foreign = `type Member @key(fields: "id") { id: ID! }`;

function check(own: string): void {
  const definitionsOf = (text: string) => parse(text).definitions;
  refuseForeignNonNull('timebank', definitionsOf(foreign), definitionsOf(`${foreign} ${own}`));
}

describe('a field in whose answer another service has a part', () => {
  it('may be missing, without taking its parent along', () => {
    expect(() =>
      check(`type Visit { id: ID! depositor: Member helpers: [Member!] } extend type Member { hours: Int }`),
    ).not.toThrow();
  });

  it('is a key of whatever name: a reference always has it', () => {
    const consented = parse(`type Consented @key(fields: "grant") { grant: String! points: Int }`).definitions;
    expect(() => refuseForeignNonNull('benefits', consented, consented)).not.toThrow();
  });

  it.each([
    ['links to what another owns', 'type Visit { depositor: Member! }', 'Visit.depositor'],
    ['lists what another owns', 'type Visit { helpers: [Member!]! }', 'Visit.helpers'],
    ['is added to what another owns', 'extend type Member { hours: Int! }', 'Member.hours'],
  ])('is refused when it cannot be null and %s', (_how, own, named) => {
    expect(() => check(own)).toThrow(named);
  });
});
