import { Kind } from 'graphql';

/**
 * What another service answers, in whole or in part, may be missing: that service may be away. A field that cannot be
 * null would take its parent along, and with it what this service has to say.
 *
 * @param {string} service
 * @param {readonly object[]} foreign definitions of `subgraph.graphql`: the types that others own
 * @param {readonly object[]} own all definitions of this service
 * @throws Error that names each such field
 */
export function refuseForeignNonNull(service, foreign, own) {
  const types = foreign.filter(({ kind }) => kind === Kind.OBJECT_TYPE_DEFINITION);
  const names = new Set(types.map(({ name }) => name.value));
  const keys = new Set(types.flatMap((type) => keyFieldsOf(type).map((field) => `${type.name.value}.${field}`)));
  const found = own
    .filter(({ kind }) => kind === Kind.OBJECT_TYPE_DEFINITION || kind === Kind.OBJECT_TYPE_EXTENSION)
    .flatMap(({ name, fields = [] }) =>
      fields
        .filter((field) => {
          const isKey = keys.has(`${name.value}.${field.name.value}`);
          return mustBeThere(field.type, names, names.has(name.value) && !isKey);
        })
        .map((field) => `${name.value}.${field.name.value}`),
    );
  if (found.length === 0) return;
  throw new Error(
    `${service}: ${found.join(', ')} cannot be null, though another service has a part in the answer: leave out the "!", so that the rest stands while that service is away.`,
  );
}

/** What a reference always brings along: `id`, in all but a few types. */
function keyFieldsOf({ directives = [] }) {
  return directives
    .filter(({ name }) => name.value === 'key')
    .flatMap((key) => key.arguments.filter(({ name }) => name.value === 'fields'))
    .flatMap(({ value }) => value.value.split(' '));
}

/** Items of a list may say `!`: one that is missing takes its list, and no more. */
function mustBeThere(type, foreignNames, isOnForeignType) {
  if (type.kind !== Kind.NON_NULL_TYPE) return false;
  return isOnForeignType || foreignNames.has(nameOf(type));
}

function nameOf(type) {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
}
