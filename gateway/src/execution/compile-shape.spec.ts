import { buildSchema, getOperationAST, parse } from 'graphql';
import type { DataObject } from './answer-data.js';
import { fragmentsOf } from './compile-operation.js';
import { AnswerTooLarge, compileShape, type Shaping } from './compile-shape.js';
import { typeConditionsOf } from './type-conditions.js';

const schema = buildSchema(`
  enum Tone { LOUD QUIET }
  scalar Anything
  interface Being { id: ID tone: Tone }
  type Person implements Being { id: ID tone: Tone name: String! friend: Person friends: [Person!] rows: [[Int!]]
    age: Int weight: Float isOld: Boolean! any: Anything }
  type Robot implements Being { id: ID tone: Tone }
  union Either = Person | Robot
  type Query { me: Person you: Person! being: Being either: Either }
`);

function shaped(text: string, data: DataObject, conditions: Record<string, boolean> = {}, charactersLeft = 1_000) {
  const document = parse(text);
  const shape = compileShape(schema, schema.getQueryType()!, getOperationAST(document)!.selectionSet, {
    fragments: fragmentsOf(document),
    conditionOf: (name) => conditions[name] === true,
    typesWithin: typeConditionsOf(schema),
    clientNameOf: (name) => name,
  });
  const shaping: Shaping = { misfits: [], charactersLeft, introspected: {} };
  return { data: shape(data, shaping), misfits: shaping.misfits };
}
const answer = (...given: Parameters<typeof shaped>) => JSON.stringify(shaped(...given).data);

describe('the shape of an answer', () => {
  it('has what was asked, in its order, and nothing else', () => {
    const data = { me: { __typename: 'Person', id: '1', age: 7, called: 'Ada', secret: 'x' } };
    expect(answer('{ me { called: name age id } }', data)).toBe('{"me":{"called":"Ada","age":7,"id":"1"}}');
  });

  it('joins fields of one name, and those of fragments in their order', () => {
    const data = { me: { __typename: 'Person', id: '1', name: 'Ada', friend: { id: '2', name: 'Bo' } } };
    const text = '{ me { friend { id } ...F id } } fragment F on Being { ... on Person { name friend { name } } }';
    expect(answer(text, data)).toBe('{"me":{"friend":{"id":"2","name":"Bo"},"name":"Ada","id":"1"}}');
  });

  it('goes by the type that the data tells, else by the one that is declared', () => {
    const text = '{ being { ... on Person { name } ... on Robot { id } __typename } me { ... on Being { id } } }';
    expect(answer(text, { being: { __typename: 'Robot', id: '1', name: 'x' }, me: { id: '2' } })).toBe(
      '{"being":{"id":"1","__typename":"Robot"},"me":{"id":"2"}}',
    );
  });

  it('leaves out what a condition leaves out', () => {
    const text =
      'query($a: Boolean!, $b: Boolean!) { me { id @skip(if: $a) age @include(if: $b) ... @skip(if: $a) { name } } }';
    const data = { me: { id: '1', age: 7, name: 'Ada' } };
    expect(answer(text, data, { a: false, b: true })).toBe('{"me":{"id":"1","age":7,"name":"Ada"}}');
    expect(answer(text, data, { a: true, b: false })).toBe('{"me":{}}');
  });

  it.each([
    ['a nullable field', '{ me { age } }', { me: {} }, { me: { age: null } }, []],
    ['a field that may not be null', '{ me { name } }', { me: { name: null } }, { me: null }, [['me', 'name']]],
    ['all, when nothing may be null', '{ you { name } }', { you: {} }, null, [['you', 'name']]],
    [
      'a list, for one of its items',
      '{ me { friends { name } } }',
      { me: { friends: [{ name: 'Bo' }, {}] } },
      { me: { friends: null } },
      [['me', 'friends', 1, 'name']],
    ],
    [
      'the inner list alone',
      '{ me { rows } }',
      { me: { rows: [[1, null], [2]] } },
      { me: { rows: [null, [2]] } },
      [['me', 'rows', 0, 1]],
    ],
  ])('lets a null empty %s', (_what, text, data, expected, places) => {
    const { data: shapedData, misfits } = shaped(text, data);
    expect(shapedData).toEqual(expected);
    expect(misfits.map(({ path }) => path)).toEqual(places);
  });

  it.each([
    ['a value that the enum does not show', '{ me { tone } }', { tone: 'SECRET' }],
    ['text for a number', '{ me { age } }', { age: '7' }],
    ['a fraction for a whole number', '{ me { age } }', { age: 7.5 }],
    ['a number for text', '{ me { friend { name } } }', { friend: { name: 1 } }],
    ['a thing for a list', '{ me { rows } }', { rows: 1 }],
    ['a list for a thing', '{ me { friend { id } } }', { friend: [] }],
    ['a text for a thing', '{ me { friend { id } } }', { friend: 'x' }],
    ['a type that is not shown', '{ me { friend { id } } }', { friend: { __typename: 'Hidden', id: '1' } }],
  ])('puts null for %s', (_what, text, me) => {
    const { data, misfits } = shaped(text, { me });
    expect(Object.values((data as { me: object }).me)).toEqual([null]);
    expect(misfits).toHaveLength(1);
    expect(JSON.stringify(misfits)).not.toMatch(/SECRET|Hidden/);
  });

  it('passes on what a scalar of the graph holds', () => {
    const any = { deep: [1, { a: null }], __typename: 'x' };
    expect(shaped('{ me { any } }', { me: { any } }).data).toEqual({ me: { any } });
  });

  it('takes whole numbers as ids and numbers of any kind as floats', () => {
    expect(shaped('{ me { id weight isOld } }', { me: { id: 7, weight: 7, isOld: true } }).misfits).toEqual([]);
  });

  it('says nothing of a thing whose type nobody could tell', () => {
    expect(shaped('{ being { __typename id } }', { being: { __typename: 'Being', id: '1' } }).data).toEqual({
      being: null,
    });
    expect(shaped('{ being { id } }', { being: { __typename: 'Being', id: '1' } }).data).toEqual({
      being: { id: '1' },
    });
  });

  it('gives its root its name in this graph', () => {
    expect(shaped('{ kind: __typename }', {}).data).toEqual({ kind: 'Query' });
  });

  it('takes names that every object inherits for names', () => {
    const data = JSON.parse('{"me":{"__proto__":"1","constructor":"Ada"}}') as DataObject;
    expect(answer('{ me { __proto__: id constructor: name toString: id } }', data)).toBe(
      '{"me":{"__proto__":"1","constructor":"Ada","toString":null}}',
    );
  });

  it('ends when the answer becomes too large, also by what stands in many places', () => {
    const friend = { name: 'x'.repeat(60) };
    const data = { me: { friends: Array.from({ length: 20 }, () => friend) } };
    expect(() => shaped('{ me { friends { name } } }', data)).toThrow(AnswerTooLarge);
    expect(shaped('{ me { friends { name } } }', data, {}, 10_000).data).not.toBeNull();
  });
});
