import { buildSchema } from 'graphql';
import { compileRewrites } from './rewrite-data.js';
import { typeConditionsOf } from './type-conditions.js';

const typesWithin = typeConditionsOf(
  buildSchema(
    `type Query { a: Media } interface Media { id: ID } type Book implements Media { id: ID } type Pen { id: ID }`,
  ),
);
const rewritten = (rewrites: Parameters<typeof compileRewrites>[0], data: Record<string, unknown>) => {
  compileRewrites(rewrites, typesWithin)?.(data);
  return JSON.parse(JSON.stringify(data)) as unknown;
};

describe("the planner's rewrites", () => {
  it('set a value under a type and under what the type includes', () => {
    const set = [{ kind: 'ValueSetter' as const, path: ['... on Media', '__typename'], setValueTo: 'Media' }];
    expect(rewritten(set, { __typename: 'Book', id: 1 })).toEqual({ __typename: 'Media', id: 1 });
    expect(rewritten(set, { __typename: 'Pen', id: 1 })).toEqual({ __typename: 'Pen', id: 1 });
  });

  it('rename in every item of a list, whatever the value', () => {
    const rename = [{ kind: 'KeyRenamer' as const, path: ['list', 'old'], renameKeyTo: 'new' }];
    expect(rewritten(rename, { list: [{ old: 0 }, { old: null }, { other: 1 }, null] })).toEqual({
      list: [{ new: 0 }, { new: null }, { other: 1 }, null],
    });
  });

  it('apply to an object that does not tell its type', () => {
    const rename = [{ kind: 'KeyRenamer' as const, path: ['... on Book', 'old'], renameKeyTo: 'new' }];
    expect(rewritten(rename, { old: 1 })).toEqual({ new: 1 });
  });

  it('are nothing when there are none', () => {
    expect(compileRewrites([], typesWithin)).toBeNull();
    expect(compileRewrites(undefined, typesWithin)).toBeNull();
  });
});
