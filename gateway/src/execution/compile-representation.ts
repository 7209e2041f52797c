import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import { isDataObject, ownValue, setOwnValue, type DataObject } from './answer-data.js';
import { mergeData } from './merge-data.js';

/** What a fetch must know of an entity, taken from what is there; null when something of it is missing. */
export type Representation = (entity: DataObject) => DataObject | null;

/** Adds one part to a representation; false when the entity lacks it. */
type Part = (entity: DataObject, representation: DataObject) => boolean;

/**
 * @param requires the key and the `@requires` fields of a fetch, under the types that they are for
 */
export function compileRepresentation(
  requires: readonly QueryPlanSelectionNode[],
  typesWithin: (condition: string) => ReadonlySet<string>,
): Representation {
  const parts = requires.map((selection): Part => {
    if (selection.kind === 'Field') {
      const below = selection.selections && compileRepresentation(selection.selections, typesWithin);
      return fieldPart(selection.alias ?? selection.name, below);
    }
    // The planner puts every part under its type.
    if (selection.typeCondition === undefined) return () => true;
    return typePart(typesWithin(selection.typeCondition), compileRepresentation(selection.selections, typesWithin));
  });
  return (entity) => {
    const representation: DataObject = {};
    for (const add of parts) if (!add(entity, representation)) return null;
    return representation;
  };
}

/** What was to bring a missing field has failed and said so; this entity is just not asked about. */
function fieldPart(name: string, below: Representation | undefined): Part {
  return (entity, representation) => {
    const value = ownValue(entity, name);
    if (value === undefined) return false;
    setOwnValue(representation, name, below === undefined ? value : each(value, below));
    return true;
  };
}

function typePart(names: ReadonlySet<string>, representationOf: Representation): Part {
  return (entity, representation) => {
    const name = entity['__typename'];
    if (typeof name !== 'string' || !names.has(name)) return true;
    const part = representationOf(entity);
    if (part !== null) mergeData(representation, part);
    return true;
  };
}

function each(value: unknown, representationOf: Representation): unknown {
  if (Array.isArray(value)) return value.map((item) => each(item, representationOf));
  return isDataObject(value) ? representationOf(value) : null;
}
