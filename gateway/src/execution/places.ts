import type { DataObject } from './answer-data.js';
import { isDataObject, ownValue } from './answer-data.js';

/** A path of the planner: names of the answer, and `@` for every item of a list. */
export type PlanPath = readonly (string | number)[];
/** A path of the answer: names and list positions. */
export type AnswerPath = readonly (string | number)[];

/** The objects at a path below these, in the order of the answer. Nulls on the way and at its end are passed over. */
export function objectsAt(from: readonly DataObject[], path: PlanPath): DataObject[] {
  const found: DataObject[] = [];
  for (const object of from) collect(object, path, 0, found);
  return found;
}

function collect(value: unknown, path: PlanPath, at: number, found: DataObject[]): void {
  if (Array.isArray(value)) {
    const next = path[at] === '@' ? at + 1 : at;
    for (const item of value) collect(item, path, next, found);
  } else if (isDataObject(value)) {
    const name = path[at];
    if (name === undefined) found.push(value);
    else collect(ownValue(value, String(name)), path, at + 1, found);
  }
}

/**
 * Where each object at a path stands in the answer; the same object may stand in several places. Worked out only when
 * an error needs it.
 */
export function placesOf(root: DataObject, path: PlanPath): ReadonlyMap<DataObject, readonly AnswerPath[]> {
  const places = new Map<DataObject, AnswerPath[]>();
  const visit = (value: unknown, at: number, place: AnswerPath): void => {
    if (Array.isArray(value)) {
      const next = path[at] === '@' ? at + 1 : at;
      value.forEach((item, index) => visit(item, next, [...place, index]));
    } else if (isDataObject(value)) {
      const name = path[at];
      if (name !== undefined) return visit(ownValue(value, String(name)), at + 1, [...place, name]);
      const known = places.get(value);
      if (known === undefined) places.set(value, [place]);
      else known.push(place);
    }
  };
  visit(root, 0, []);
  return places;
}

/** What a path of the planner says of one place: all of it, or what lies before the first list. */
export function placeBefore(path: PlanPath): AnswerPath {
  const list = path.indexOf('@');
  return list === -1 ? path : path.slice(0, list);
}
