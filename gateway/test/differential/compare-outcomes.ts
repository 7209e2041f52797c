import { withoutMarks } from './random-operation.js';
import type { Outcome } from './two-executors.js';

/** An outcome as it is compared: what is left open (order of names, of errors, of fetches) is put in one order. */
export interface Comparable {
  data: string;
  errors: readonly string[];
  /** Whether a null emptied what it stood in though nobody failed. */
  isMisfit: boolean;
  fetches: readonly string[];
}

export function comparable({ result, fetches }: Outcome): Comparable {
  return {
    data: inOrder(JSON.parse(withoutMarks(JSON.stringify(result.data ?? null)))),
    errors: (result.errors ?? [])
      .map(({ message, path, extensions }) => withoutMarks(JSON.stringify({ message, path, code: extensions['code'] })))
      .sort(),
    isMisfit: result.extensions !== undefined,
    fetches: fetches
      .map(({ subgraph, asked }) => {
        const { representations, ...variables } = asked.variables;
        const entities = Array.isArray(representations) ? [...new Set(representations.map(inOrder))].sort() : null;
        return inOrder({ subgraph, query: asked.query, operationName: asked.operationName, variables, entities });
      })
      .sort(),
  };
}

export type Aspect = keyof Comparable;

/** In what two outcomes differ. */
export function differencesOf(one: Comparable, other: Comparable): Aspect[] {
  const aspects: readonly Aspect[] = ['data', 'errors', 'isMisfit', 'fetches'];
  return aspects.filter((aspect) => JSON.stringify(one[aspect]) !== JSON.stringify(other[aspect]));
}

/** JSON with the names of each object in one order. */
function inOrder(value: unknown): string {
  return JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, each]) => [name, sorted(each)]);
}
