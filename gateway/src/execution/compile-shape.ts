import {
  isCompositeType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isEnumType,
  isUnionType,
  isSpecifiedScalarType,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLLeafType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { isDataObject, ownValue, setOwnValue, type DataObject } from './answer-data.js';
import { collectSelections, type Selecting } from './collect-selections.js';

/** A null that the data did not mean: what stood there did not fit, and how far it emptied the answer. */
export interface Misfit {
  message: string;
  path: (string | number)[];
}

/** What one answer's shaping gathers. */
export interface Shaping {
  misfits: Misfit[];
  /** Characters that the answer may still have. */
  charactersLeft: number;
  /** Answers `__schema` and `__type`, by their name in the answer. */
  introspected: DataObject;
}

export class AnswerTooLarge extends Error {}

/** Makes the client's answer of gathered data; null when a null emptied it all. */
export type Shape = (data: DataObject, shaping: Shaping) => DataObject | null;

/** Stands for a null where none may be: whatever holds it becomes null. */
const emptied = Symbol('emptied');
type Shaped = unknown;
type Complete = (value: unknown, shaping: Shaping) => Shaped;
type ObjectShape = (data: DataObject, shaping: Shaping) => DataObject | typeof emptied;

interface FieldShape {
  name: string;
  read: (data: DataObject) => unknown;
  complete: Complete;
  characters: number;
}

/** Numbers, booleans and nulls with their comma. */
const plainCharacters = 6;
/** How a misfit is told stays small, whatever the answer. */
const maxMisfits = 100;

/**
 * Compiles what the client asked into a walk over gathered data that leaves out what only the plan needed, brings the
 * rest into the client's order, and lets nulls empty their surroundings as the types say.
 *
 * @param schema the public one: what it does not know is not told
 */
export function compileShape(
  schema: GraphQLSchema,
  rootType: GraphQLCompositeType,
  selectionSet: SelectionSetNode,
  selecting: Selecting & { clientNameOf: (name: string) => string },
): Shape {
  const compiled = new Map<string, ReadonlyMap<string, ObjectShape>>();
  const ids = new Map<SelectionSetNode, number>();
  const shapeRoot = objectShape(rootType, [selectionSet]);
  return (data, shaping) => {
    const answer = shapeRoot(data, shaping);
    return answer === emptied ? null : answer;
  };

  function objectShape(type: GraphQLCompositeType, selectionSets: readonly SelectionSetNode[]): ObjectShape {
    const fields: FieldShape[] = [];
    for (const [name, nodes] of collectSelections(selectionSets, type.name, selecting)) {
      fields.push(fieldShape(type, name, nodes));
    }
    const characters = fields.reduce((sum, field) => sum + field.characters, 2);
    const hasInheritedName = fields.some(({ name }) => name in Object.prototype);
    return (data, shaping) => {
      if ((shaping.charactersLeft -= characters) < 0) throw new AnswerTooLarge();
      const answer: DataObject = {};
      for (const field of fields) {
        const before = shaping.misfits.length;
        const value = field.complete(field.read(data), shaping);
        if (shaping.misfits.length !== before) place(shaping.misfits, before, field.name);
        if (value === emptied) return emptied;
        if (hasInheritedName) setOwnValue(answer, field.name, value);
        else answer[field.name] = value;
      }
      return answer;
    };
  }

  function fieldShape(parent: GraphQLCompositeType, key: string, nodes: readonly FieldNode[]): FieldShape {
    const fieldName = nodes[0]?.name.value ?? '';
    const name = selecting.clientNameOf(key);
    const read = key in Object.prototype ? (data: DataObject) => ownValue(data, key) : (data: DataObject) => data[key];
    const characters = name.length + 4;
    if (fieldName === '__typename') return { name, read, complete: typeNameOf(parent), characters: characters + 16 };
    if (fieldName === '__schema' || fieldName === '__type') {
      return { name, read, complete: (_value, { introspected }) => introspected[name] ?? null, characters };
    }
    const field = isUnionType(parent) ? undefined : parent.getFields()[fieldName];
    // Validation knows every field; a fragment on an interface may stand over a type that hides one.
    if (field === undefined) return { name, read, complete: () => null, characters };
    const below = nodes.flatMap(({ selectionSet: each }) => (each === undefined ? [] : [each]));
    return { name, read, complete: compileType(field.type, below, `field ${parent.name}.${fieldName}`), characters };
  }

  function compileType(type: GraphQLOutputType, below: readonly SelectionSetNode[], where: string): Complete {
    if (isNonNullType(type)) return nonNull(compileType(type.ofType, below, where), where);
    if (isListType(type)) {
      return list(compileType(type.ofType, below, `list item of ${where}`), where);
    }
    if (isLeafType(type)) return leaf(type, where);
    return composite(type, below, where);
  }

  /** Object, interface or union: which fields there are depends on what the data says it is. */
  function composite(type: GraphQLCompositeType, below: readonly SelectionSetNode[], where: string): Complete {
    // Parents of several types often ask the same below: that is compiled once.
    const key = `${type.name} ${below.map(idOf).join()}`;
    const shapes = (compiled.get(key) ?? new Map()) as Map<string, ObjectShape>;
    compiled.set(key, shapes);
    return (value, shaping) => {
      if (value === null || value === undefined) return null;
      if (!isDataObject(value)) return misfit(shaping, `An object was expected at ${where}`);
      const name = value['__typename'] ?? type.name;
      let shape = typeof name === 'string' ? shapes.get(name) : undefined;
      if (shape === undefined) {
        const actual = typeof name === 'string' ? schema.getType(name) : undefined;
        // The name itself is not told: it may be one that this audience does not know.
        if (!isCompositeType(actual)) return misfit(shaping, `Invalid __typename found for object at ${where}`);
        shape = objectShape(actual, below);
        shapes.set(actual.name, shape);
      }
      const answer = shape(value, shaping);
      return answer === emptied ? null : answer;
    };
  }

  function idOf(selections: SelectionSetNode): number {
    const id = ids.get(selections) ?? ids.size;
    ids.set(selections, id);
    return id;
  }
}

function typeNameOf(type: GraphQLCompositeType): Complete {
  // A subgraph that knows an interface as an object cannot say what it is; if nobody else did, nothing is told of it.
  return isObjectType(type) ? () => type.name : () => emptied;
}

function nonNull(complete: Complete, where: string): Complete {
  return (value, shaping) => {
    const before = shaping.misfits.length;
    const completed = complete(value, shaping);
    if (completed !== null) return completed;
    if (shaping.misfits.length === before) misfit(shaping, `Cannot return null for non-nullable ${where}.`);
    return emptied;
  };
}

function list(complete: Complete, where: string): Complete {
  return (value, shaping) => {
    if (value === null || value === undefined) return null;
    if (!Array.isArray(value)) return misfit(shaping, `A list was expected at ${where}.`);
    if ((shaping.charactersLeft -= value.length + 2) < 0) throw new AnswerTooLarge();
    const answer: unknown[] = [];
    let isEmptied = false;
    for (let index = 0; index < value.length; index += 1) {
      const before = shaping.misfits.length;
      const item = complete(value[index], shaping);
      if (shaping.misfits.length !== before) place(shaping.misfits, before, index);
      if (item === emptied) isEmptied = true;
      else answer.push(item);
    }
    return isEmptied ? null : answer;
  };
}

function leaf(type: GraphQLLeafType, where: string): Complete {
  const fits = fitting(type);
  return (value, shaping) => {
    if (value === null || value === undefined) return null;
    if (!fits(value)) return misfit(shaping, `Invalid value found for ${where}.`);
    shaping.charactersLeft -= charactersOf(value);
    return value;
  };
}

/** What a value of a type may be in JSON. A scalar of the graph's own may be anything. */
function fitting(type: GraphQLLeafType): (value: unknown) => boolean {
  if (isEnumType(type)) {
    const names = new Set(type.getValues().map(({ name }) => name));
    return (value) => typeof value === 'string' && names.has(value);
  }
  if (!isSpecifiedScalarType(type)) return () => true;
  switch (type.name) {
    case 'Int':
      return isWhole;
    case 'Float':
      return (value) => typeof value === 'number';
    case 'Boolean':
      return (value) => typeof value === 'boolean';
    case 'ID':
      return (value) => typeof value === 'string' || isWhole(value);
    default:
      return (value) => typeof value === 'string';
  }
}

function charactersOf(value: unknown): number {
  if (typeof value === 'string') return value.length + 2;
  return typeof value === 'object' ? JSON.stringify(value).length : plainCharacters;
}

function isWhole(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value);
}

function misfit(shaping: Shaping, message: string): null {
  if (shaping.misfits.length < maxMisfits) shaping.misfits.push({ message, path: [] });
  return null;
}

/** Misfits learn their path on the way out, so that an answer without any pays nothing for it. */
function place(misfits: readonly Misfit[], from: number, name: string | number): void {
  for (let index = from; index < misfits.length; index += 1) misfits[index]?.path.unshift(name);
}
