import {
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** What a document would cost, found without the schema and in no more steps than it has fields. */
export interface DocumentMeasures {
  /** Levels of fields, through fragments. Infinite where fragments go round in a circle. */
  depth: number;
  aliases: number;
  directives: number;
  /** Fields at the top of an operation at most, with every fragment written out there. */
  rootFields: number;
  /** Fields once every fragment is written out where it stands. */
  fields: number;
  /** How often one name stands at one place at most; validation compares each of these with each other. */
  repeats: number;
}

/**
 * @param maxFields a document of more is not looked into for repeats: it is too large already
 */
export function measureDocument(document: DocumentNode, maxFields: number): DocumentMeasures {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const written = { aliases: 0, directives: 0 };
  const extents = new Map<string, Extent>();
  let whole: Extent = nothing;
  let rootFields = 0;
  let repeats = 0;
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) countWritten(definition, written);
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    countWritten(definition, written);
    const extent = extentOf(definition.selectionSet, fragments, extents);
    whole = joined(whole, extent);
    rootFields = Math.max(rootFields, extent.topFields);
    if (whole.fields <= maxFields) repeats = Math.max(repeats, repeatsIn([definition.selectionSet], fragments));
  }
  const { depth, fields } = whole;
  return { ...written, depth, fields, rootFields, repeats };
}

interface Extent {
  depth: number;
  fields: number;
  topFields: number;
}

function joined(one: Extent, other: Extent): Extent {
  return {
    depth: Math.max(one.depth, other.depth),
    fields: one.fields + other.fields,
    topFields: one.topFields + other.topFields,
  };
}

function countWritten(
  { directives = [], selectionSet }: { directives?: readonly unknown[]; selectionSet?: SelectionSetNode | undefined },
  written: { aliases: number; directives: number },
): void {
  written.directives += directives.length;
  for (const selection of selectionSet?.selections ?? []) {
    if (selection.kind === Kind.FIELD && selection.alias !== undefined) written.aliases += 1;
    countWritten(selection, written);
  }
}

function extentOf(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  known: Map<string, Extent>,
): Extent {
  const extentOfSelection = (selection: SelectionNode): Extent => {
    switch (selection.kind) {
      case Kind.FIELD: {
        const below = selection.selectionSet && extentOf(selection.selectionSet, fragments, known);
        return { depth: 1 + (below?.depth ?? 0), fields: 1 + (below?.fields ?? 0), topFields: 1 };
      }
      case Kind.INLINE_FRAGMENT:
        return extentOf(selection.selectionSet, fragments, known);
      case Kind.FRAGMENT_SPREAD: {
        const name = selection.name.value;
        const before = known.get(name);
        if (before !== undefined) return before;
        // Until it is known; met again before that, it stands within itself.
        known.set(name, { depth: Infinity, fields: Infinity, topFields: Infinity });
        const fragment = fragments.get(name);
        const extent = fragment === undefined ? nothing : extentOf(fragment.selectionSet, fragments, known);
        known.set(name, extent);
        return extent;
      }
    }
  };
  return selections.reduce<Extent>((sum, selection) => joined(sum, extentOfSelection(selection)), nothing);
}

const nothing: Extent = { depth: 0, fields: 0, topFields: 0 };

/** Fields of one name are joined before what is below them is looked at, as validation and execution join them. */
function repeatsIn(
  selectionSets: readonly SelectionSetNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): number {
  const fields = new Map<string, FieldNode[]>();
  const visited = new Set<string>();
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const name = selection.alias?.value ?? selection.name.value;
        const same = fields.get(name);
        if (same === undefined) fields.set(name, [selection]);
        else same.push(selection);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        collect(selection.selectionSet);
      } else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        if (fragment !== undefined) collect(fragment.selectionSet);
      }
    }
  };
  selectionSets.forEach(collect);
  let repeats = 0;
  for (const same of fields.values()) {
    const below = same.flatMap(({ selectionSet }) => (selectionSet === undefined ? [] : [selectionSet]));
    repeats = Math.max(repeats, same.length, below.length === 0 ? 0 : repeatsIn(below, fragments));
  }
  return repeats;
}
