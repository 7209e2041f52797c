import { parse } from 'graphql';
import { measureDocument } from './measure-document.js';

const measured = (text: string) => measureDocument(parse(text), 1_000);

describe('what a document would cost', () => {
  it('counts what is written', () => {
    expect(measured('query @a { a: me @b { name @c @d ...F @e } } fragment F on P { x: name @f }')).toMatchObject({
      aliases: 2,
      directives: 6,
    });
  });

  it('counts levels through fragments', () => {
    expect(measured('{ a { b ...F } } fragment F on P { ... { c { ...G } } } fragment G on P { d }').depth).toBe(3);
  });

  it('counts fields wherever their fragment stands', () => {
    expect(measured('{ a { ...F ...F } b { ...F } } fragment F on P { x y }').fields).toBe(8);
  });

  it('counts what stands at the top of an operation, and the larger of two', () => {
    expect(
      measured('query A { a { x } ...F } query B { ...F ...F c } fragment F on Q { d ... { e { y } } }').rootFields,
    ).toBe(5);
  });

  it('counts a name at one place, fields of one name joined', () => {
    expect(measured('{ a { x x } a { x ...F } } fragment F on P { x y }').repeats).toBe(4);
    expect(measured('{ a { x } b { x } }').repeats).toBe(1);
    expect(measured('{ a { ...F ...F ...F } } fragment F on P { x }').repeats).toBe(1);
  });

  it('takes a circle of fragments for endless', () => {
    expect(measured('{ a { ...F } } fragment F on P { b { ...G } } fragment G on P { ...F }').depth).toBe(Infinity);
  });

  it('takes as long as the document, not as what it unfolds to', () => {
    const doubled = Array.from(
      { length: 100 },
      (_, n) => `fragment F${n} on P { a { ...F${n + 1} } b { ...F${n + 1} } }`,
    );
    expect(measured(`{ ...F0 } ${doubled.join(' ')} fragment F100 on P { x }`)).toMatchObject({ depth: 101 });
  });
});
