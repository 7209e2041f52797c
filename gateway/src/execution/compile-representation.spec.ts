import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import { buildSchema } from 'graphql';
import { compileRepresentation } from './compile-representation.js';
import { typeConditionsOf } from './type-conditions.js';

const typesWithin = typeConditionsOf(
  buildSchema(`type Query { a: A }
    interface Named { name: String } type A implements Named { id: ID name: String } type B { id: ID }`),
);
const field = (name: string, selections?: QueryPlanSelectionNode[]): QueryPlanSelectionNode => ({
  kind: 'Field',
  name,
  ...(selections === undefined ? {} : { selections }),
});
const on = (typeCondition: string, ...selections: QueryPlanSelectionNode[]): QueryPlanSelectionNode => ({
  kind: 'InlineFragment',
  typeCondition,
  selections,
});

describe('what a subgraph is told of an entity', () => {
  const key = compileRepresentation([on('A', field('__typename'), field('id'))], typesWithin);

  it('is its key and no more', () => {
    expect(key({ __typename: 'A', id: '1', name: 'Ada' })).toEqual({ __typename: 'A', id: '1' });
  });

  it('is nothing for another type, or for one that is not said', () => {
    expect(key({ __typename: 'B', id: '1' })).toEqual({});
    expect(key({ id: '1' })).toEqual({});
  });

  it('is nothing when a part is missing, and tells nulls from what is missing', () => {
    expect(key({ __typename: 'A' })).toEqual({});
    expect(key({ __typename: 'A', id: null })).toEqual({ __typename: 'A', id: null });
  });

  it('joins what is asked of a type and of its interface', () => {
    const both = compileRepresentation(
      [on('Named', field('__typename'), field('name')), on('A', field('id'))],
      typesWithin,
    );
    expect(both({ __typename: 'A', id: '1', name: 'Ada' })).toEqual({ __typename: 'A', name: 'Ada', id: '1' });
  });

  it('goes into objects and lists, also lists of lists', () => {
    const nested = compileRepresentation([on('A', field('__typename'), field('sizes', [field('width')]))], typesWithin);
    expect(nested({ __typename: 'A', sizes: [[{ width: 1, height: 2 }, null]] })).toEqual({
      __typename: 'A',
      sizes: [[{ width: 1 }, null]],
    });
    expect(nested({ __typename: 'A', sizes: { height: 2 } })).toEqual({ __typename: 'A', sizes: null });
  });

  it('takes nothing that every object inherits', () => {
    const inherited = compileRepresentation([on('A', field('__typename'), field('constructor'))], typesWithin);
    expect(inherited({ __typename: 'A' })).toEqual({});
  });
});
