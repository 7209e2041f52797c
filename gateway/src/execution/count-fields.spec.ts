import { buildSchema, getOperationAST, parse } from 'graphql';
import { fragmentsOf } from './compile-operation.js';
import { countFields } from './count-fields.js';

const schema = buildSchema(`type Query { me: Person any: Animal }
  type Person { name: String friend: Person }
  interface Animal { name: String friend: Animal } type Cat implements Animal { name: String friend: Animal purrs: Int }
  type Dog implements Animal { name: String friend: Animal }`);

function count(text: string): number {
  const document = parse(text);
  const operation = getOperationAST(document)!;
  return countFields(schema, schema.getQueryType()!, operation.selectionSet, fragmentsOf(document));
}

describe('the fields that a planner has before it', () => {
  it('are those that are written', () => {
    expect(count('{ me { name friend { name } } }')).toBe(4);
  });

  it('stand wherever their fragment is spread', () => {
    expect(count('{ me { ...F friend { ...F } } } fragment F on Person { name a: name }')).toBe(6);
  });

  it('stand once for each type that there may be', () => {
    expect(count('{ any { name } }')).toBe(3);
    expect(count('{ any { friend { name } } }')).toBe(1 + 2 * (1 + 2));
    expect(count('{ any { ... on Cat { purrs } } }')).toBe(2);
  });

  it('are counted at once, however many they are', () => {
    const doubled = Array.from(
      { length: 60 },
      (_, level) => `fragment F${level} on Person { friend { ...F${level + 1} ...F${level + 1} } }`,
    ).join(' ');
    expect(count(`{ me { ...F0 } } ${doubled} fragment F60 on Person { name }`)).toBeGreaterThan(2 ** 60);
  });

  it('have no end in a circle', () => {
    expect(count('{ me { ...F } } fragment F on Person { friend { ...F } }')).toBe(Infinity);
  });
});
