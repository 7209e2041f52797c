import { isInterfaceType, isObjectType, visit, type DocumentNode, type GraphQLSchema } from 'graphql';

/** A client's document as it is planned, and how to get back from its names to the client's. */
export interface SafeDocument {
  document: DocumentNode;
  clientNameOf: (name: string) => string;
}

/**
 * Renames aliases that could be taken for a field of the graph. A plan keeps what it needs of an entity under the
 * fields' own names: with `id: name` the client's name would be sent on as the entity's key.
 */
export function withSafeAliases(document: DocumentNode, fieldNames: ReadonlySet<string>): SafeDocument {
  const safeNames = new Map<string, string>();
  const clientNames = new Map<string, string>();
  const written = new Set<string>();
  visit(document, { Field: ({ alias }) => void (alias && written.add(alias.value)) });

  const safeNameOf = (alias: string): string => {
    let safe = safeNames.get(alias);
    if (safe === undefined) {
      safe = `alias_${alias}`;
      while (fieldNames.has(safe) || written.has(safe)) safe = `${safe}_`;
      safeNames.set(alias, safe);
      clientNames.set(safe, alias);
      written.add(safe);
    }
    return safe;
  };
  const isTaken = (alias: string): boolean =>
    fieldNames.has(alias) || alias.startsWith('__') || alias in Object.prototype;

  const safe = visit(document, {
    Field: (field) => {
      const alias = field.alias?.value;
      if (field.alias === undefined || alias === undefined || alias === field.name.value || !isTaken(alias)) return;
      return { ...field, alias: { ...field.alias, value: safeNameOf(alias) } };
    },
  });
  return { document: safe, clientNameOf: (name) => clientNames.get(name) ?? name };
}

/** Every name that a field of the graph has, hidden ones too. */
export function fieldNamesOf(schema: GraphQLSchema): ReadonlySet<string> {
  return new Set(
    Object.values(schema.getTypeMap()).flatMap((type) =>
      isObjectType(type) || isInterfaceType(type) ? Object.keys(type.getFields()) : [],
    ),
  );
}
