import { mergeData } from './merge-data.js';

describe('taking one answer into another', () => {
  it.each([
    ['adds what is new', { a: 1 }, { b: 2 }, { a: 1, b: 2 }],
    ['joins objects', { a: { b: 1, c: { d: 1 } } }, { a: { c: { e: 2 } } }, { a: { b: 1, c: { d: 1, e: 2 } } }],
    [
      'joins lists of one length item by item',
      { a: [{ b: 1 }, null] },
      { a: [{ c: 2 }, { c: 3 }] },
      { a: [{ b: 1, c: 2 }, { c: 3 }] },
    ],
    ['joins lists of lists', { a: [[{ b: 1 }]] }, { a: [[{ c: 2 }]] }, { a: [[{ b: 1, c: 2 }]] }],
    ['takes the newer of lists that differ in length', { a: [1, 2] }, { a: [3] }, { a: [3] }],
    ['lets a null stand for what was there', { a: { b: 1 } }, { a: null }, { a: null }],
    ['takes an object where a null was', { a: null }, { a: { b: 1 } }, { a: { b: 1 } }],
    ['passes over what is undefined', { a: 1 }, { a: undefined }, { a: 1 }],
  ])('%s', (_what, target, source, expected) => {
    mergeData(target, source);
    expect(target).toEqual(expected);
  });

  it('touches no prototype', () => {
    const target = { constructor: 'mine' } as Record<string, unknown>;
    mergeData(target, JSON.parse('{"__proto__":{"polluted":true},"toString":"text"}') as Record<string, unknown>);
    expect(Object.keys(target)).toEqual(['constructor', '__proto__', 'toString']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.getPrototypeOf(target)).toBe(Object.prototype);
  });

  it('can be done twice', () => {
    const target = {};
    const source = { list: [{ a: 1 }] };
    mergeData(target, source);
    mergeData(target, source);
    expect(target).toEqual({ list: [{ a: 1 }] });
  });
});
