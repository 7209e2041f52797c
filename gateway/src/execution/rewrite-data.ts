import type { FetchDataRewrite } from '@apollo/query-planner';
import { isDataObject, ownValue, setOwnValue, type DataObject } from './answer-data.js';

/** Changes data in place, as the planner asks before a fetch is sent or after it was answered. */
export type Rewrite = (data: DataObject) => void;

const fragmentPrefix = '... on ';

/**
 * The planner renames where two parents of one place give a name to different fields, and sets `__typename` where a
 * subgraph knows an interface as an object.
 */
export function compileRewrites(
  rewrites: readonly FetchDataRewrite[] | undefined,
  typesWithin: (condition: string) => ReadonlySet<string>,
): Rewrite | null {
  if (rewrites === undefined || rewrites.length === 0) return null;
  const compiled = rewrites.map((rewrite) => compileRewrite(rewrite, typesWithin));
  return (data) => {
    for (const rewrite of compiled) rewrite(data);
  };
}

function compileRewrite(
  rewrite: FetchDataRewrite,
  typesWithin: (condition: string) => ReadonlySet<string>,
): (data: unknown) => void {
  const name = rewrite.path.at(-1) ?? '';
  const change =
    rewrite.kind === 'ValueSetter' ? settingTo(name, rewrite.setValueTo) : renamed(name, rewrite.renameKeyTo);
  return rewrite.path
    .slice(0, -1)
    .reduceRight<(data: unknown) => void>(
      (below, element) =>
        inEachObject(
          element.startsWith(fragmentPrefix)
            ? withinType(typesWithin(element.slice(fragmentPrefix.length)), below)
            : (object) => below(ownValue(object, element)),
        ),
      inEachObject(change),
    );
}

/** In an object that does not tell its type, the fragment is taken to fit: the planner put it there. */
function withinType(names: ReadonlySet<string>, below: (data: unknown) => void): Rewrite {
  return (object) => {
    const name = object['__typename'];
    if (typeof name !== 'string' || names.has(name)) below(object);
  };
}

function settingTo(name: string, value: unknown): Rewrite {
  return (object) => setOwnValue(object, name, value);
}

function renamed(from: string, to: string): Rewrite {
  return (object) => {
    const value = ownValue(object, from);
    if (value === undefined) return;
    setOwnValue(object, to, value);
    object[from] = undefined;
  };
}

function inEachObject(change: Rewrite): (data: unknown) => void {
  const visit = (data: unknown): void => {
    if (Array.isArray(data)) data.forEach(visit);
    else if (isDataObject(data)) change(data);
  };
  return visit;
}
