import type { GraphQLSchema } from 'graphql';

/** Root fields without a resolver: they would answer null for ever. Asked before access wraps the resolvers. */
export function unresolvedRootFields(schema: GraphQLSchema): string[] {
  return [schema.getQueryType(), schema.getMutationType()]
    .flatMap((root) => Object.values(root?.getFields() ?? {}).map((field) => ({ root, field })))
    .filter(({ field }) => field.resolve === undefined)
    .map(({ root, field }) => `${root?.name}.${field.name}`);
}
