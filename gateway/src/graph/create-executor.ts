import { ApolloGateway } from '@apollo/gateway';
import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import { ConfigError } from '@zhijia/config';
import type { Log } from '@zhijia/logging';
import { turnTelemetryOff } from '../gateway.config.js';
import { apolloLogger } from './apollo-logger.js';
import type { GraphContext } from './graph-context.js';
import type { SubgraphSource } from './subgraph-source.js';

/** What plans and runs operations over one supergraph. Apollo Server knows no more of it than this interface. */
export type GraphExecutor = ApolloServerOptionsWithGateway<GraphContext>['gateway'];

const planCacheMebibytes = 30;

/**
 * @throws ConfigError when the supergraph names a subgraph whose address is not known
 */
export function createExecutor(
  supergraphSdl: string,
  sources: ReadonlyMap<string, SubgraphSource>,
  log: Log,
): GraphExecutor {
  turnTelemetryOff();
  return new ApolloGateway({
    supergraphSdl,
    buildService: ({ name }) => {
      const source = sources.get(name);
      if (source === undefined) {
        const suffix = name.toUpperCase().replaceAll('-', '_');
        throw new ConfigError([
          `SUBGRAPH_URL_${suffix}: the supergraph names ${name}, and this does not say where it is`,
        ]);
      }
      return source;
    },
    experimental_approximateQueryPlanStoreMiB: planCacheMebibytes,
    // Off whatever NODE_ENV says: a plan names subgraphs.
    __exposeQueryPlanExperimental: false,
    // An operation with very many possible plans is planned well enough within these, and never for seconds.
    queryPlannerConfig: { debug: { maxEvaluatedPlans: 1_000, pathsLimit: 1_000 } },
    logger: apolloLogger(log),
  });
}
