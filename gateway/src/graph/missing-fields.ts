import { Kind, parse, visit, type DocumentNode, type SelectionSetNode } from 'graphql';

/**
 * What the client misses when a fetch fails: the names it gave to the fields that this fetch was to bring. Names that
 * stand only in the fetch (keys, aliases of the planner) are not the client's and stay here.
 */
export function missingFields(fetchQuery: string, clientDocument: DocumentNode): string[] {
  const clients = responseNamesOf(clientDocument);
  const fetch = parse(fetchQuery, { noLocation: true });
  const names = fetch.definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? topNames(definition.selectionSet) : [],
  );
  return [...new Set(names)].filter((name) => clients.has(name));
}

/** Looks through `_entities` and fragments: they are the planner's way to the fields, not fields of an answer. */
function topNames(selectionSet: SelectionSetNode): string[] {
  return selectionSet.selections.flatMap((selection) => {
    switch (selection.kind) {
      case Kind.FIELD:
        if (selection.name.value === '_entities') return selection.selectionSet ? topNames(selection.selectionSet) : [];
        return selection.name.value === '__typename' ? [] : [selection.alias?.value ?? selection.name.value];
      case Kind.INLINE_FRAGMENT:
        return topNames(selection.selectionSet);
      case Kind.FRAGMENT_SPREAD:
        return [];
    }
  });
}

function responseNamesOf(document: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>();
  visit(document, {
    Field: (field) => {
      names.add(field.alias?.value ?? field.name.value);
    },
  });
  return names;
}
