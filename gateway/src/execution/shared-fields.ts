import type { FetchNode } from '@apollo/query-planner';
import {
  isObjectType,
  Kind,
  OperationTypeNode,
  parse,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  type SelectionSetNode,
  getNamedType,
  isCompositeType,
} from 'graphql';

const directive = 'cacheControl';

/** How long the answer to a fetch may be told to others than who asked; null where it is for one viewer alone. */
export type SharedFor = (fetch: FetchNode) => number | null;

/**
 * @param schema of the supergraph: what may be shared is marked there with `@cacheControl(maxAge:)`, field by field
 */
export function sharedForIn(schema: GraphQLSchema): SharedFor {
  return ({ operation, operationKind, requires }) => {
    const query = schema.getQueryType();
    // Of an entity a subgraph may tell one viewer more than another, whatever the field.
    if (requires !== undefined || operationKind !== OperationTypeNode.QUERY || query == null) return null;
    const seconds = parse(operation, { noLocation: true }).definitions.map((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION ? secondsOf(definition.selectionSet, query) : 0,
    );
    const shortest = Math.min(...seconds);
    return shortest > 0 ? shortest * 1_000 : null;
  };

  /** 0 as soon as one field is not marked. */
  function secondsOf({ selections }: SelectionSetNode, type: GraphQLCompositeType): number {
    return Math.min(
      ...selections.map((selection) => {
        switch (selection.kind) {
          case Kind.FIELD: {
            if (selection.name.value === '__typename') return Infinity;
            const field = isObjectType(type) ? type.getFields()[selection.name.value] : undefined;
            const below = field && getNamedType(field.type);
            const own = field === undefined ? 0 : maxAgeOf(field);
            if (selection.selectionSet === undefined || own === 0) return own;
            return isCompositeType(below) ? Math.min(own, secondsOf(selection.selectionSet, below)) : 0;
          }
          case Kind.INLINE_FRAGMENT: {
            const condition = selection.typeCondition && schema.getType(selection.typeCondition.name.value);
            return secondsOf(selection.selectionSet, isCompositeType(condition) ? condition : type);
          }
          case Kind.FRAGMENT_SPREAD:
            return 0;
        }
      }),
    );
  }
}

function maxAgeOf({ astNode }: GraphQLField<unknown, unknown>): number {
  const mark = astNode?.directives?.find(({ name }) => name.value === directive);
  const value = mark?.arguments?.find(({ name }) => name.value === 'maxAge')?.value;
  return value?.kind === Kind.INT ? Number(value.value) : 0;
}
