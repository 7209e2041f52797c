import { isDataObject, ownValue, setOwnValue, type DataObject } from './answer-data.js';

/**
 * Takes what a fetch brought into what is there, in place: objects are joined, lists of one length item by item, and
 * anything else is what came last. Parts of `source` become parts of `target`, so one entity that stands in several
 * places is held once.
 */
export function mergeData(target: DataObject, source: DataObject): void {
  if (target === source) return;
  for (const name of Object.keys(source)) {
    const incoming = source[name];
    if (incoming !== undefined) setOwnValue(target, name, joined(ownValue(target, name), incoming));
  }
}

function joined(held: unknown, incoming: unknown): unknown {
  if (isDataObject(held) && isDataObject(incoming)) {
    mergeData(held, incoming);
    return held;
  }
  if (Array.isArray(held) && Array.isArray(incoming) && held.length === incoming.length) {
    for (let index = 0; index < incoming.length; index += 1) held[index] = joined(held[index], incoming[index]);
    return held;
  }
  return incoming;
}
