import { readFileSync } from 'node:fs';
import { books, planTransfer, type AccountState, type Book } from '@zhijia/ledger';
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  buildSchema,
  getNamedType,
  isInputObjectType,
  isObjectType,
  isUnionType,
  parse,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

/** Minutes, points and welfare money buy service and benefits, never money (policy `money.forbidden`). */
describe('no way into cash', () => {
  const schemas = ['timebank', 'benefits'].map((service): [string, GraphQLSchema] => [
    service,
    buildSubgraphSchema(parse(readFileSync(new URL(`../../${service}/schema.graphql`, import.meta.url), 'utf8'))),
  ]);

  /** Every type that a value of this one can lead to, through fields and members of unions. */
  function reachable(type: GraphQLNamedType, seen = new Set<string>()): ReadonlySet<string> {
    if (seen.has(type.name)) return seen;
    seen.add(type.name);
    if (isUnionType(type)) type.getTypes().forEach((member) => reachable(member, seen));
    if (isInputObjectType(type)) {
      Object.values(type.getFields()).forEach((field) => reachable(getNamedType(field.type), seen));
    }
    if (isObjectType(type)) {
      Object.values(type.getFields()).forEach((field) => {
        reachable(getNamedType(field.type), seen);
        field.args.forEach((argument) => reachable(getNamedType(argument.type), seen));
      });
    }
    return seen;
  }

  /** The operations in which money meets minutes or points. */
  function mixing(schema: GraphQLSchema): string[] {
    return [schema.getMutationType(), schema.getQueryType()]
      .flatMap((root) => Object.values(root?.getFields() ?? {}))
      .filter((operation) => {
        const types = new Set([
          ...reachable(getNamedType(operation.type)),
          ...operation.args.flatMap((argument) => [...reachable(getNamedType(argument.type))]),
        ]);
        return types.has('Fen') && (types.has('Minutes') || types.has('Points'));
      })
      .map((operation) => operation.name);
  }

  it.each(schemas)('no operation of %s takes or gives money beside minutes or points', (_service, schema) => {
    expect(mixing(schema)).toEqual([]);
  });

  it('would be noticed', () => {
    const schema = buildSchema(`
      scalar Points scalar Fen
      type Query { points: Points }
      type Mutation { cashOut(points: Points!): Payout spend(points: Points!): Boolean }
      type Payout { line: PayoutLine } type PayoutLine { paidFen: Fen }`);
    expect(mixing(schema)).toEqual(['cashOut']);
  });

  it.each(schemas)('no type of %s holds money beside minutes or points', (_service, schema) => {
    const both = Object.values(schema.getTypeMap())
      .filter((type): type is GraphQLObjectType => isObjectType(type))
      .filter((type) => {
        const units = Object.values(type.getFields()).map((field) => getNamedType(field.type).name);
        return units.includes('Fen') && (units.includes('Minutes') || units.includes('Points'));
      });
    expect(both.map((type) => type.name)).toEqual([]);
  });

  it('the ledger has no book of cash and no transfer from one book into another', () => {
    expect(books).toEqual(['MINUTES', 'POINTS', 'WELFARE_FEN']);
    const account = (id: string, book: Book): AccountState => ({
      id,
      book,
      status: 'OPEN',
      floorUnits: 0,
      capUnits: null,
      balanceUnits: 100,
      heldUnits: 0,
      version: 1,
    });
    for (const from of books) {
      for (const to of books.filter((book) => book !== from)) {
        const request = { fromAccountId: 'from', toAccountId: 'to', units: 1 };
        for (const book of [from, to]) {
          expect(planTransfer({ ...request, book }, account('from', from), account('to', to)).kind).toBe(
            'bookMismatch',
          );
        }
      }
    }
  });
});
