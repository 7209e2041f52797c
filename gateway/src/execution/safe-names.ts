import { isInterfaceType, isObjectType, visit, type DocumentNode, type GraphQLSchema } from 'graphql';

/** A client's document as it is planned, and how to get back from its names to the client's. */
export interface SafeDocument {
  document: DocumentNode;
  clientNameOf: (name: string) => string;
  /** What the plan calls one of the client's variables. */
  variableNameOf: (name: string) => string;
  /** The client's variables, under the plan's names. */
  variablesOf: (variables: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
}

/**
 * Renames what could be taken for something else in a plan: aliases that a field of the graph has for its name, and a
 * variable that has the name of the planner's own.
 */
export function withSafeNames(document: DocumentNode, fieldNames: ReadonlySet<string>): SafeDocument {
  const aliases = withSafeAliases(document, fieldNames);
  return { ...aliases, ...withSafeVariables(aliases.document) };
}

/** A plan keeps what it needs of an entity under the fields' own names: `id: name` would be sent on as its key. */
function withSafeAliases(
  document: DocumentNode,
  fieldNames: ReadonlySet<string>,
): Pick<SafeDocument, 'document' | 'clientNameOf'> {
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

const plannersVariable = 'representations';

function withSafeVariables(document: DocumentNode): Pick<SafeDocument, 'document' | 'variableNameOf' | 'variablesOf'> {
  const names = new Set<string>();
  visit(document, { Variable: ({ name }) => void names.add(name.value) });
  if (!names.has(plannersVariable)) {
    return { document, variableNameOf: (name) => name, variablesOf: (variables) => variables };
  }
  let safe = `variable_${plannersVariable}`;
  while (names.has(safe)) safe = `${safe}_`;
  return {
    document: visit(document, {
      Variable: (variable) =>
        variable.name.value === plannersVariable ? { ...variable, name: { ...variable.name, value: safe } } : undefined,
    }),
    variableNameOf: (name) => (name === plannersVariable ? safe : name),
    variablesOf: (variables) => {
      if (!Object.hasOwn(variables, plannersVariable)) return variables;
      const { [plannersVariable]: value, ...others } = variables;
      return { ...others, [safe]: value };
    },
  };
}

/** Every name that a field of the graph has, hidden ones too. */
export function fieldNamesOf(schema: GraphQLSchema): ReadonlySet<string> {
  return new Set(
    Object.values(schema.getTypeMap()).flatMap((type) =>
      isObjectType(type) || isInterfaceType(type) ? Object.keys(type.getFields()) : [],
    ),
  );
}
