import { buildSchema } from 'graphql';
import { sharedForIn } from './shared-fields.js';

const sharedFor = sharedForIn(
  buildSchema(`
    directive @cacheControl(maxAge: Int!) on FIELD_DEFINITION
    type Query {
      keys: String @cacheControl(maxAge: 60)
      notice(id: ID): Notice @cacheControl(maxAge: 30)
      board: Board @cacheControl(maxAge: 30)
      me: Person
    }
    type Notice {
      text: String @cacheControl(maxAge: 90)
      short: String @cacheControl(maxAge: 5)
      never: String @cacheControl(maxAge: 0)
      mine: String
      next: Notice @cacheControl(maxAge: 20)
      writer: Person
    }
    interface Board { text: String @cacheControl(maxAge: 90) }
    type Wall implements Board { text: String @cacheControl(maxAge: 90) }
    type Person { name: String }
  `),
);

const seconds = (operation: string, more: object = {}): number | null =>
  sharedFor({ kind: 'Fetch', serviceName: 'a', operation, operationKind: 'query', ...more } as never);

describe('what may be told to others', () => {
  it.each([
    ['{ keys }', 60_000],
    ['query ($id: ID) { notice(id: $id) { text } }', 30_000],
    ['{ __typename keys k: keys notice { __typename t: text next { text } } }', 20_000],
    ['{ notice { text short } keys }', 5_000],
    ['{ notice { ... on Notice { text ... { short } } } }', 5_000],
  ])('is %s, for as long as the shortest of its fields', (operation, expected) => {
    expect(seconds(operation)).toBe(expected);
  });

  it.each([
    ['a field that is not marked', '{ me { name } }'],
    ['beside others', '{ keys me { name } }'],
    ['below others', '{ notice { text mine } }'],
    ['an object below others', '{ notice { writer { name } } }'],
    ['for no second', '{ notice { never } }'],
    ['of several types', '{ board { text } }'],
    ['that the graph does not know', '{ keys unheardOf }'],
    ['in a fragment by name', '{ ...F } fragment F on Query { keys }'],
  ])('is nothing with %s', (_what, operation) => expect(seconds(operation)).toBeNull());

  it('is nothing of an entity, and no change', () => {
    expect(seconds('{ keys }', { requires: [] })).toBeNull();
    expect(seconds('mutation { keys }', { operationKind: 'mutation' })).toBeNull();
  });
});
