import { Kind, type DirectiveNode, type FieldNode, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql';

/** The operation as written, for one set of answers to its conditions. */
export interface Selecting {
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** The value of a variable that stands in `@skip` or `@include`. */
  conditionOf: (variable: string) => boolean;
  typesWithin: (condition: string) => ReadonlySet<string>;
}

/**
 * The fields that these selections ask of an object of one type, by the name they have in the answer and in the order
 * of the answer (GraphQL specification, CollectFields).
 */
export function collectSelections(
  selectionSets: readonly SelectionSetNode[],
  typeName: string,
  { fragments, conditionOf, typesWithin }: Selecting,
): ReadonlyMap<string, readonly FieldNode[]> {
  const fields = new Map<string, FieldNode[]>();
  const visited = new Set<string>();
  const applies = (condition: string | undefined): boolean =>
    condition === undefined || typesWithin(condition).has(typeName);

  const collect = (selectionSet: SelectionSetNode): void => {
    for (const selection of selectionSet.selections) {
      if (!isIncluded(selection.directives, conditionOf)) continue;
      switch (selection.kind) {
        case Kind.FIELD: {
          const name = selection.alias?.value ?? selection.name.value;
          const same = fields.get(name);
          if (same === undefined) fields.set(name, [selection]);
          else same.push(selection);
          break;
        }
        case Kind.INLINE_FRAGMENT:
          if (applies(selection.typeCondition?.name.value)) collect(selection.selectionSet);
          break;
        case Kind.FRAGMENT_SPREAD: {
          const name = selection.name.value;
          const fragment = fragments.get(name);
          if (fragment === undefined || visited.has(name) || !applies(fragment.typeCondition.name.value)) break;
          visited.add(name);
          collect(fragment.selectionSet);
          break;
        }
      }
    }
  };
  for (const selectionSet of selectionSets) collect(selectionSet);
  return fields;
}

function isIncluded(
  directives: readonly DirectiveNode[] | undefined,
  conditionOf: (variable: string) => boolean,
): boolean {
  return (directives ?? []).every((directive) => {
    const isInclude = directive.name.value === 'include';
    if (!isInclude && directive.name.value !== 'skip') return true;
    const value = directive.arguments?.[0]?.value;
    if (value?.kind === Kind.VARIABLE) return conditionOf(value.name.value) === isInclude;
    return value?.kind === Kind.BOOLEAN ? value.value === isInclude : true;
  });
}
