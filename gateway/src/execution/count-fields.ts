import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isUnionType,
  Kind,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';

/**
 * How many fields a planner has before it when every fragment is written out where it is spread, and every field of an
 * interface or union stands once for each type that it may be. Costs no more than reading the document, however many
 * they are.
 */
export function countFields(
  schema: GraphQLSchema,
  root: GraphQLCompositeType,
  selectionSet: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): number {
  const ofFragments = new Map<string, number>();

  const ofFragment = (name: string): number => {
    let count = ofFragments.get(name);
    if (count === undefined) {
      // Were it to spread itself, it would have no end.
      ofFragments.set(name, Infinity);
      const fragment = fragments.get(name);
      const type = fragment && schema.getType(fragment.typeCondition.name.value);
      count = fragment && isCompositeType(type) ? of(fragment.selectionSet, type) : 0;
      ofFragments.set(name, count);
    }
    return count;
  };

  const of = ({ selections }: SelectionSetNode, parent: GraphQLCompositeType): number => {
    const types = isAbstractType(parent) ? schema.getPossibleTypes(parent).length : 1;
    let count = 0;
    for (const selection of selections) {
      switch (selection.kind) {
        case Kind.FIELD: {
          const field = isUnionType(parent) ? undefined : parent.getFields()[selection.name.value];
          const type = field && getNamedType(field.type);
          const below = selection.selectionSet && isCompositeType(type) ? of(selection.selectionSet, type) : 0;
          count += types * (1 + below);
          break;
        }
        case Kind.INLINE_FRAGMENT: {
          const type = selection.typeCondition && schema.getType(selection.typeCondition.name.value);
          count += of(selection.selectionSet, isCompositeType(type) ? type : parent);
          break;
        }
        case Kind.FRAGMENT_SPREAD:
          count += ofFragment(selection.name.value);
          break;
      }
    }
    return count;
  };
  return of(selectionSet, root);
}
