import { buildSchema, getNamedType, isInputObjectType, isNonNullType } from 'graphql';

const key = 'idempotencyKey';

/**
 * A partner's server repeats whatever was not answered. Each mutation of its contract takes the key by which a repeat is
 * known, in its input or beside it, and cannot be asked without one.
 *
 * @param {string} publicSdl of one audience
 * @throws Error that names each mutation without
 */
export function requireIdempotencyKeys(publicSdl) {
  const mutations = buildSchema(publicSdl, { assumeValidSDL: true }).getMutationType()?.getFields() ?? {};
  const without = Object.values(mutations).filter(({ args }) => !args.some(takesKey));
  if (without.length === 0) return;
  throw new Error(
    `Mutation.${without.map(({ name }) => name).join(', Mutation.')}: partner banks could not repeat it safely: add "${key}: String!" to its input.`,
  );
}

function takesKey({ name, type }) {
  if (!isNonNullType(type)) return false;
  if (name === key) return true;
  const input = getNamedType(type);
  return isInputObjectType(input) && isNonNullType(input.getFields()[key]?.type);
}
