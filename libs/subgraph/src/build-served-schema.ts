import { enforceAccess, type RuleTable } from '@zhijia/access';
import type { GraphQLSchema } from 'graphql';
import { answerEntities } from './answer-entities.js';
import type { ReferenceBatch } from './resolve-references.js';
import { unresolvedRootFields } from './unresolved-root-fields.js';

/**
 * Turns Nest's executable schema into the one that is served: references in batches, every field behind its rule.
 * Refuses to start with a root field nobody resolves or a field nobody decided about.
 */
export function buildServedSchema(
  schema: GraphQLSchema,
  parts: { rules: RuleTable; references: ReadonlyMap<string, ReferenceBatch> },
): GraphQLSchema {
  const unresolved = unresolvedRootFields(schema);
  if (unresolved.length > 0) throw new Error(`Root fields without a resolver: ${unresolved.join(', ')}`);
  answerEntities(schema, parts.references);
  return enforceAccess(schema, parts.rules);
}
