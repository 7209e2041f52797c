import { buildSchema, getOperationAST, parse } from 'graphql';
import { fragmentsOf } from './compile-operation.js';
import { costOfOperation } from './cost-of-operation.js';

const schema = buildSchema(`
  type Query { me: Person people(first: Int = 20, after: String): People! tags: [Tag!] some(first: Int): [Person!] }
  type Mutation { rename(name: String): Person join: Outcome }
  union Outcome = Person | Refusal
  type Refusal { code: String }
  type Tag { text: String }
  type Person { name: String friend: Person tags: [Tag!] friends(last: Int): People! }
  type People { edges: [Edge!]! nodes: [Person!]! page: Page! }
  type Edge { cursor: String node: Person! }
  type Page { more: Boolean }
`);

function cost(text: string, variables: Record<string, unknown> = {}): number {
  const document = parse(text);
  const operation = getOperationAST(document);
  if (operation == null) throw new Error('There is no operation');
  return costOfOperation(schema, operation, fragmentsOf(document))(variables);
}

describe('what an operation costs', () => {
  it.each([
    ['nothing for what is no object', '{ __typename }', 0],
    ['one for an object, whatever is read of it', '{ me { name n: name } }', 1],
    ['each object on the way', '{ me { friend { friend { name } } } }', 3],
    ['ten of a list that says nothing of its length', '{ tags { text } }', 10],
    ['lists in lists many times over', '{ some(first: 7) { tags { text } } }', 7 * 11],
    ['a page by its default', '{ people { edges { node { name } } } }', 1 + 20 * 2],
    ['a page as it is asked for', '{ people(first: 3) { edges { node { name } } page { more } } }', 1 + 3 * 2 + 1],
    ['fifty where the page is left to the service', '{ some { name } }', 50],
    [
      'pages within pages',
      '{ people(first: 4) { nodes { friends(last: 5) { nodes { name } } } } }',
      1 + 4 * (1 + 1 + 5),
    ],
    ['what fragments stand for', '{ me { ...F ... { friend { name } } } } fragment F on Person { tags { text } }', 12],
    [
      'a fragment on a connection by its page',
      '{ people(first: 6) { ...P } } fragment P on People { nodes { name } }',
      7,
    ],
    ['ten for a change', 'mutation { rename { name } join { ... on Person { name } ... on Refusal { code } } }', 22],
    [
      'nothing of what is skipped for good, by a variable',
      'query ($no: Boolean!) { tags @include(if: $no) { text } }',
      0,
    ],
  ])('counts %s', (_what, text, expected) => {
    expect(cost(text, { no: false })).toBe(expected);
  });

  it.each([
    [{}, 10],
    [{ n: 100 }, 100],
    [{ n: 0 }, 0],
    [{ n: -5 }, 0],
    [{ n: null }, 10],
  ])('goes by the variables %j', (variables, length) => {
    expect(cost('query ($n: Int = 10) { people(first: $n) { nodes { name } } }', variables)).toBe(1 + length);
  });

  it('takes a condition that is left to its default for asked', () => {
    const text = 'query ($a: Boolean = false) { tags @include(if: $a) { text } me @skip(if: $a) { name } }';
    expect([cost(text), cost(text, { a: true }), cost(text, { a: false })]).toEqual([11, 10, 1]);
  });
});
