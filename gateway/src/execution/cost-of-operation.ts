import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isUnionType,
  Kind,
  OperationTypeNode,
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';

type Variables = Readonly<Record<string, unknown>>;
type CostOf = (variables: Variables) => number;
/** What depends on no variable is a number from the beginning. */
type Cost = number | CostOf;

/** A change is locked for, written, and told to others. */
const mutationCost = 10;
/** Of a list that says nothing of its length. */
const assumedLength = 10;
/** Of a page whose length the client leaves to the service; none gives more. */
const assumedPage = 50;
const pageArguments: ReadonlySet<string> = new Set(['first', 'last']);
const pagesOfConnection: ReadonlySet<string> = new Set(['edges', 'nodes']);

/**
 * About how many objects an operation makes us look up: one for each object it may be answered with, lists by the page
 * that is asked for. Known before anything is asked of anybody.
 *
 * @param operation valid, and of no more fields than may be planned: fragments are followed wherever they stand
 */
export function costOfOperation(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): CostOf {
  const root = schema.getRootType(operation.operation);
  if (root == null) return () => 0;
  const defaults = new Map(
    (operation.variableDefinitions ?? []).map(({ variable, defaultValue }) => [variable.name.value, defaultValue]),
  );
  const cost = costOfSelections(operation.selectionSet, root, null);
  const base =
    operation.operation === OperationTypeNode.MUTATION ? mutationCost * operation.selectionSet.selections.length : 0;
  return typeof cost === 'number' ? () => base + cost : (variables) => base + Math.ceil(cost(variables));

  /** @param page how long the lists of a connection are, below the field that was asked for a page */
  function costOfSelections({ selections }: SelectionSetNode, type: GraphQLCompositeType, page: Cost | null): Cost {
    return sum(selections.map((selection) => whenAsked(selection, costOfSelection(selection, type, page))));
  }

  function costOfSelection(selection: SelectionNode, type: GraphQLCompositeType, page: Cost | null): Cost {
    switch (selection.kind) {
      case Kind.FIELD:
        return costOfField(selection, type, page);
      case Kind.INLINE_FRAGMENT:
        return costOfSelections(selection.selectionSet, conditionOf(selection.typeCondition?.name.value, type), page);
      case Kind.FRAGMENT_SPREAD: {
        const fragment = fragments.get(selection.name.value);
        if (fragment === undefined) return 0;
        return costOfSelections(fragment.selectionSet, conditionOf(fragment.typeCondition.name.value, type), page);
      }
    }
  }

  function costOfField(field: FieldNode, parent: GraphQLCompositeType, page: Cost | null): Cost {
    const definition = isUnionType(parent) ? undefined : parent.getFields()[field.name.value];
    const type = definition && getNamedType(definition.type);
    if (definition === undefined || field.selectionSet === undefined || !isCompositeType(type)) return 0;
    const asked = pageOf(field, definition);
    const isList = isListType(getNullableType(definition.type));
    const each = sum([1, costOfSelections(field.selectionSet, type, isList ? null : asked)]);
    if (!isList) return each;
    const length = asked ?? (pagesOfConnection.has(field.name.value) ? page : null) ?? assumedLength;
    return product(length, each);
  }

  function conditionOf(name: string | undefined, otherwise: GraphQLCompositeType): GraphQLCompositeType {
    const type = name === undefined ? otherwise : schema.getType(name);
    return isCompositeType(type) ? type : otherwise;
  }

  /** Null where the field has no pages. */
  function pageOf(field: FieldNode, { args }: GraphQLField<unknown, unknown>): Cost | null {
    const paging = args.filter(({ name }) => pageArguments.has(name));
    if (paging.length === 0) return null;
    const given = (field.arguments ?? []).filter(({ name }) => pageArguments.has(name.value));
    const [first] = given;
    if (first !== undefined) return lengthOf(first.value);
    const [defaultLength] = paging.map(({ defaultValue }) => defaultValue).filter((value) => value != null);
    return typeof defaultLength === 'number' ? defaultLength : assumedPage;
  }

  function lengthOf(value: ValueNode): Cost {
    if (value.kind === Kind.INT) return Number(value.value);
    if (value.kind !== Kind.VARIABLE) return assumedPage;
    const { value: name } = value.name;
    const byDefault = defaults.get(name);
    const otherwise = byDefault?.kind === Kind.INT ? Number(byDefault.value) : assumedPage;
    return (variables) => {
      const length = Object.hasOwn(variables, name) ? variables[name] : undefined;
      return typeof length === 'number' ? Math.max(0, length) : otherwise;
    };
  }

  function whenAsked({ directives }: SelectionNode, cost: Cost): Cost {
    if (cost === 0) return 0;
    return (directives ?? []).reduce<Cost>((asked, directive) => {
      const name = conditionVariableOf(directive);
      if (name === null) return asked;
      const isSkip = directive.name.value === 'skip';
      // A value left to the operation's default is taken for the dearer one.
      return (variables) => (variables[name] === isSkip ? 0 : valueOf(asked, variables));
    }, cost);
  }
}

function conditionVariableOf({ name, arguments: given }: DirectiveNode): string | null {
  if (name.value !== 'skip' && name.value !== 'include') return null;
  const [condition] = given ?? [];
  return condition?.value.kind === Kind.VARIABLE ? condition.value.name.value : null;
}

function valueOf(cost: Cost, variables: Variables): number {
  return typeof cost === 'number' ? cost : cost(variables);
}

function sum(costs: readonly Cost[]): Cost {
  const constant = costs.reduce<number>((total, cost) => (typeof cost === 'number' ? total + cost : total), 0);
  const changing = costs.filter((cost) => typeof cost !== 'number');
  if (changing.length === 0) return constant;
  return (variables) => changing.reduce((total, cost) => total + cost(variables), constant);
}

function product(length: Cost, each: Cost): Cost {
  if (typeof length === 'number' && typeof each === 'number') return length * each;
  return (variables) => valueOf(length, variables) * valueOf(each, variables);
}
