import { requireIdempotencyKeys } from './require-idempotency-keys.mjs';

const check = (mutation: string): void =>
  requireIdempotencyKeys(`
    type Query { a: Int }
    input Keyed { fen: Int idempotencyKey: String! }
    input Unsure { fen: Int idempotencyKey: String }
    type Mutation { ${mutation} }`);

describe('a mutation of partner banks', () => {
  it.each(['pay(input: Keyed!): Int', 'pay(fen: Int, idempotencyKey: String!): Int'])('may be %s', (mutation) => {
    expect(() => check(mutation)).not.toThrow();
  });

  it.each([
    'pay(fen: Int): Int',
    'pay: Int',
    'pay(input: Keyed): Int',
    'pay(input: Unsure!): Int',
    'pay(idempotencyKey: String): Int',
  ])('cannot be %s', (mutation) => {
    expect(() => check(`${mutation} other(input: Keyed!): Int`)).toThrow(/^Mutation\.pay: /);
  });

  it('is not needed', () => {
    expect(() => requireIdempotencyKeys('type Query { a: Int }')).not.toThrow();
  });
});
