import { Supergraph } from '@apollo/federation-internals';
import { ApolloGateway } from '@apollo/gateway';
import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import { ConfigError } from '@zhijia/config';
import type { Log } from '@zhijia/logging';
import type { ExecutionResult } from 'graphql';
import { CompiledGraph, type CompiledOperation, type Variables } from '../execution/compiled-graph.js';
import { plannerConfig } from '../execution/plan-operation.js';
import { turnTelemetryOff } from '../gateway.config.js';
import type { Metrics } from '../metrics.js';
import type { CostBudget } from '../rates/cost-budget.js';
import { apolloLogger } from './apollo-logger.js';
import type { GraphContext } from './graph-context.js';
import { SharedAnswers } from './share-answers.js';
import type { SubgraphSource } from './subgraph-source.js';

type ApolloGatewayInterface = ApolloServerOptionsWithGateway<GraphContext>['gateway'];
type Execute = NonNullable<Awaited<ReturnType<ApolloGatewayInterface['load']>>['executor']>;

type RunCompiled = (
  operation: CompiledOperation<GraphContext>,
  variables: Variables,
  context: GraphContext,
) => Promise<ExecutionResult>;

/** What plans and runs operations over one supergraph. */
export interface GraphExecutor {
  graph: CompiledGraph<GraphContext>;
  /** Takes the cost of an operation, and runs it. */
  run: RunCompiled;
  /** Apollo Server knows no more of it than this interface. */
  gateway: ApolloGatewayInterface;
}

/**
 * @throws ConfigError when the supergraph names a subgraph whose address is not known
 */
export function createExecutor(
  supergraphSdl: string,
  options: {
    sources: ReadonlyMap<string, SubgraphSource>;
    /** What operations may cost, each and in sum. */
    budget: CostBudget;
    metrics: Metrics;
    log: Log;
  },
): GraphExecutor {
  const { sources, budget, metrics, log } = options;
  const sourceOf = (name: string): SubgraphSource => {
    const source = sources.get(name);
    if (source !== undefined) return source;
    const suffix = name.toUpperCase().replaceAll('-', '_');
    throw new ConfigError([`SUBGRAPH_URL_${suffix}: the supergraph names ${name}, and this does not say where it is`]);
  };
  const supergraph = Supergraph.build(supergraphSdl);
  for (const { name } of supergraph.subgraphsMetadata()) sourceOf(name);
  const shared = new SharedAnswers(metrics);
  const graph = new CompiledGraph<GraphContext>(supergraph, (name) => shared.before(name, sourceOf(name)), metrics);
  const stock = stockExecutor(supergraphSdl, sourceOf, log);

  const run: RunCompiled = async (operation, variables, context) => {
    const errors = operation.errorsOf(variables);
    if (errors.length > 0) return { errors };
    const refusal = await budget.refusalOf(context.viewer, operation.costOf(variables));
    if (refusal !== null) return { errors: [refusal] };
    metrics.executions.inc({ executor: 'compiled' });
    return operation.run(context, variables);
  };

  const execute: Execute = async (request) => {
    const context = request.context as GraphContext;
    if (context.outcome !== undefined) return context.outcome;
    const { query: text = '', operationName, variables = {} } = request.request;
    const { document } = request;
    let operation = graph.known(text, operationName);
    if (operation === undefined) {
      const cost = graph.costOf(document, operationName)?.(variables) ?? 0;
      const refusal = await budget.refusalOfPlanning(context.viewer, cost, document.loc?.end ?? 0);
      if (refusal !== null) return { errors: [refusal] };
      operation = graph.operation(text, document, operationName);
    }
    switch (operation.kind) {
      case 'refused':
        return { errors: [operation.error] };
      case 'compiled':
        return run(operation, variables, context);
      case 'stock': {
        const refusal = await budget.refusalOf(context.viewer, operation.costOf(variables));
        if (refusal !== null) return { errors: [refusal] };
        metrics.executions.inc({ executor: 'stock' });
        return (await stock())(request);
      }
    }
  };
  const gateway: ApolloGatewayInterface = {
    onSchemaLoadOrUpdate: (callback) => {
      callback({ apiSchema: graph.schema, coreSupergraphSdl: supergraphSdl });
      return () => {};
    },
    load: async () => ({ executor: execute }),
    stop: async () => graph.forget(),
  };
  return { graph, run, gateway };
}

/** Apollo's own executor, for the plans that are not compiled; it is made when there is the first of them. */
function stockExecutor(
  supergraphSdl: string,
  sourceOf: (name: string) => SubgraphSource,
  log: Log,
): () => Promise<Execute> {
  let loaded: Promise<Execute> | undefined;
  return () => {
    turnTelemetryOff();
    loaded ??= new ApolloGateway({
      supergraphSdl,
      buildService: ({ name }) => sourceOf(name),
      // Off whatever NODE_ENV says: a plan names subgraphs.
      __exposeQueryPlanExperimental: false,
      queryPlannerConfig: plannerConfig,
      logger: apolloLogger(log),
    })
      .load()
      .then(({ executor }) => executor as Execute);
    return loaded;
  };
}
