import { ApolloArmor } from '@escape.tech/graphql-armor';
import { GraphQLError, type ValidationContext, type ValidationRule } from 'graphql';
import { limits, refusals, type LimitName } from '../refusals.js';

/** Marks an error of a limit on its way through Apollo, which gives every validation error one code. */
export const limitExtension = 'limit';

/** Depth, aliases and directives are counted before anything is planned; tokens already while parsing. */
export function operationLimitRules(): ValidationRule[] {
  const counted = (name: Exclude<LimitName, 'bodyBytes'>) => ({
    n: limits[name],
    propagateOnRejection: false,
    onReject: [
      (context: ValidationContext | null) => {
        context?.reportError(limitExceeded(name, limits[name]));
      },
    ],
  });
  const { validationRules } = new ApolloArmor({
    maxDepth: { ...counted('depth'), flattenFragments: true },
    // The default list lets any number of aliases of `__typename` through.
    maxAliases: { ...counted('aliases'), allowList: [] },
    maxDirectives: counted('directives'),
    maxTokens: { enabled: false },
    costLimit: { enabled: false },
    blockFieldSuggestion: { enabled: false },
  }).protect();
  return validationRules;
}

export function limitExceeded(name: LimitName, max: number): GraphQLError {
  return new GraphQLError(refusals.LIMIT_EXCEEDED.message, {
    extensions: { code: 'LIMIT_EXCEEDED', [limitExtension]: name, max },
  });
}
