import { GraphQLError, isUnionType, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import type { GraphContext } from './graph-context.js';
import type { Reference, ReferenceBatch } from './resolve-references.js';

const maxReferences = 5_000;

/**
 * Replaces the resolver of `_entities`: the references of a request are grouped by type and each type is answered by
 * one call. A type whose call fails loses its own entities only.
 *
 * @throws Error when an entity of the schema has no method that answers its references.
 */
export function answerEntities(schema: GraphQLSchema, batches: ReadonlyMap<string, ReferenceBatch>): GraphQLSchema {
  const entity = schema.getType('_Entity');
  const field = schema.getQueryType()?.getFields()['_entities'];
  if (!isUnionType(entity) || field === undefined) return schema;
  const unanswered = entity.getTypes().filter((type) => isResolvedHere(type) && !batches.has(type.name));
  if (unanswered.length > 0) {
    throw new Error(`No @ResolveReferences method for ${unanswered.map((type) => type.name).join(', ')}`);
  }
  field.resolve = (_root, args: { representations: readonly Reference[] }, context: GraphContext) =>
    answerAll(args.representations, batches, context);
  return schema;
}

/** A stub with `resolvable: false` is pointed at, never asked for. */
function isResolvedHere(type: GraphQLObjectType): boolean {
  const keys = (type.astNode?.directives ?? []).filter((directive) => directive.name.value === 'key');
  const isResolvable = (key: (typeof keys)[number]): boolean =>
    !key.arguments?.some(({ name, value }) => name.value === 'resolvable' && 'value' in value && value.value === false);
  return keys.length === 0 || keys.some(isResolvable);
}

async function answerAll(
  references: readonly Reference[],
  batches: ReadonlyMap<string, ReferenceBatch>,
  context: GraphContext,
): Promise<unknown[]> {
  if (references.length > maxReferences) {
    throw new GraphQLError(`At most ${maxReferences} references in one request`, {
      extensions: { code: 'BAD_USER_INPUT' },
    });
  }
  const positionsByType = new Map<string, number[]>();
  references.forEach((reference, position) => {
    const positions = positionsByType.get(reference.__typename);
    if (positions === undefined) positionsByType.set(reference.__typename, [position]);
    else positions.push(position);
  });
  const answers: unknown[] = new Array<unknown>(references.length).fill(null);
  await Promise.all(
    [...positionsByType].map(async ([typeName, positions]) => {
      const found = await answerType(
        typeName,
        positions.map((position) => references[position]),
        batches,
        context,
      );
      positions.forEach((position, index) => {
        answers[position] = found[index] ?? null;
      });
    }),
  );
  return answers;
}

async function answerType(
  typeName: string,
  references: readonly (Reference | undefined)[],
  batches: ReadonlyMap<string, ReferenceBatch>,
  context: GraphContext,
): Promise<readonly unknown[]> {
  const batch = batches.get(typeName);
  if (batch === undefined) return [];
  try {
    const rows = await batch(
      references.filter((reference) => reference !== undefined),
      context.viewer,
    );
    if (rows.length !== references.length) throw new Error(`References to ${typeName}: another number of answers`);
    return rows.map((row) => (row === null ? null : { ...row, __typename: typeName }));
  } catch (error) {
    // An Error in the list fails that entity alone; a throw would empty the whole list.
    const failure = error instanceof Error ? error : new Error('A reference batch failed');
    return references.map(() => failure);
  }
}
