import { enforceAccess, type RuleTable } from '@zhijia/access';
import type { GraphQLSchema } from 'graphql';
import { answerEntities } from './answer-entities.js';
import { countMutations } from './metrics/count-mutations.js';
import type { ServiceMetrics } from './metrics/service-metrics.js';
import type { ReferenceBatch } from './resolve-references.js';
import { unresolvedRootFields } from './unresolved-root-fields.js';

/**
 * Turns Nest's executable schema into the one that is served: references in batches, every field behind its rule.
 * Refuses to start with a root field nobody resolves or a field nobody decided about.
 */
export function buildServedSchema(
  schema: GraphQLSchema,
  parts: { rules: RuleTable; references: ReadonlyMap<string, ReferenceBatch>; metrics: ServiceMetrics },
): GraphQLSchema {
  const unresolved = unresolvedRootFields(schema);
  if (unresolved.length > 0) throw new Error(`Root fields without a resolver: ${unresolved.join(', ')}`);
  answerEntities(schema, parts.references);
  // Below the rules: who may not ask is told so, and has no outcome.
  countMutations(schema, parts.metrics);
  return enforceAccess(schema, parts.rules);
}
