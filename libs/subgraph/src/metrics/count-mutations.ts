import { defaultFieldResolver, type GraphQLSchema } from 'graphql';
import type { ServiceMetrics } from './service-metrics.js';

/**
 * Counts what mutations come to, after their transaction: `castBallot` to `BallotCast` is a ballot. The outcomes are
 * the members of its result, so there are as many as the schema has.
 */
export function countMutations(schema: GraphQLSchema, metrics: ServiceMetrics): GraphQLSchema {
  for (const [mutation, field] of Object.entries(schema.getMutationType()?.getFields() ?? {})) {
    const { resolve = defaultFieldResolver } = field;
    field.resolve = async (...asked) => {
      let outcome = 'failed';
      try {
        const result: unknown = await resolve(...asked);
        outcome = outcomeOf(result);
        return result;
      } finally {
        metrics.mutations.inc({ mutation, outcome });
      }
    };
  }
  return schema;
}

function outcomeOf(result: unknown): string {
  const isNamed = typeof result === 'object' && result !== null && '__typename' in result;
  return isNamed ? String(result.__typename) : 'none';
}
