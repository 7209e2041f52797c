import { isAbstractType, isInterfaceType, type GraphQLSchema } from 'graphql';

/** Tells for a type condition which `__typename`s fulfil it; each condition is worked out once. */
export function typeConditionsOf(schema: GraphQLSchema): (condition: string) => ReadonlySet<string> {
  const known = new Map<string, ReadonlySet<string>>();
  return (condition) => {
    let names = known.get(condition);
    if (names === undefined) {
      names = namesWithin(schema, condition);
      known.set(condition, names);
    }
    return names;
  };
}

/** A subgraph may know an interface as an object and answer with the interface's name, so that counts too. */
function namesWithin(schema: GraphQLSchema, condition: string): ReadonlySet<string> {
  const type = schema.getType(condition);
  const below = isAbstractType(type) ? schema.getPossibleTypes(type) : [];
  const interfaces = isInterfaceType(type) ? schema.getImplementations(type).interfaces : [];
  return new Set([condition, ...below.map(({ name }) => name), ...interfaces.map(({ name }) => name)]);
}

export function interfacesOf(schema: GraphQLSchema): ReadonlySet<string> {
  return new Set(
    Object.values(schema.getTypeMap())
      .filter(isInterfaceType)
      .map(({ name }) => name),
  );
}
