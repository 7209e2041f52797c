import { Viewer, type Audience } from '@zhijia/access';
import { createLog, type Log } from '@zhijia/logging';
import type { onRequestAsyncHookHandler } from 'fastify';
import { TrustedDocuments } from './documents/trusted-documents.js';
import { GraphSlot, type OpenGraph } from './graph/graph-slot.js';
import { openGraph } from './graph/open-graph.js';
import { replaceOnChange } from './graph/replace-on-change.js';
import { Subgraph } from './graph/subgraph.js';
import { SubgraphSource } from './graph/subgraph-source.js';
import { createHttpServer } from './http/create-http-server.js';
import { addGraphRoute } from './http/graph-route.js';
import { addHealthRoutes } from './http/health-routes.js';
import { tokenGate } from './http/token-gate.js';
import { TokenVerifier } from './identity/verify-token.js';
import { countBreaker, createMetrics, type Metrics } from './metrics.js';
import { CostBudget } from './rates/cost-budget.js';
import { Rates } from './rates/rates.js';
import { limits } from './refusals.js';
import type { RunningGateway } from './serve-gateway.js';
import type { StandaloneConfig } from './standalone.config.js';
import { readSupergraph, UnusableSupergraph } from './supergraph.js';

export const graphqlPath = '/graphql';

/**
 * Serves one supergraph of anybody's with the executor, the door, the limits and the masking of the product. When the
 * file changes, the new graph takes over between two operations; one that cannot be served leaves the old one in place.
 *
 * @throws UnusableSupergraph, ConfigError
 */
export async function serveSupergraph(config: StandaloneConfig): Promise<RunningGateway> {
  const log = createLog({ service: 'gateway', level: config.logLevel });
  const metrics = createMetrics();
  const state = { isStopping: false };
  const server = await createHttpServer(log, metrics, state);
  const graph = new GraphSlot(await openFile(config, metrics, log));
  addGraphRoute(server, {
    url: graphqlPath,
    maxBodyBytes: limits.bodyBytes[audienceOf(config)],
    maxVariablesBytes: limits.variablesBytes[audienceOf(config)],
    graph,
    operationTimeoutMs: config.operationTimeoutMs,
    onlyTrusted: false,
    gates: [gateOf(config, metrics, log)],
    isForServers: config.identity?.audience === 'bank',
  });
  // Not every subgraph in the world says how it is; readiness is our own.
  addHealthRoutes(server, [], metrics, state);

  let url: string;
  try {
    url = await server.listen({ port: config.port, host: config.host });
  } catch (error) {
    await graph.close();
    throw error;
  }
  log.info({ url, mode: config.mode, supergraph: config.supergraphFile }, 'Serving');

  const stopLooking = replaceOnChange(
    [config.supergraphFile],
    graph,
    () => openFile(config, metrics, log),
    metrics,
    log,
  );

  const drain = async (): Promise<void> => {
    state.isStopping = true;
    await Promise.all([stopLooking(), server.close()]);
    await graph.close();
  };
  let stopping: Promise<void> | null = null;
  return { url, log, stop: () => (stopping ??= drain()) };
}

async function openFile(config: StandaloneConfig, metrics: Metrics, log: Log): Promise<OpenGraph> {
  const supergraphSdl = readSupergraph(config.supergraphFile);
  const subgraphs = config
    .addressesIn(supergraphSdl)
    .map(
      (address) => new Subgraph(address, config.subgraphTimeoutMs, { onBreaker: countBreaker(metrics, address.name) }),
    );
  const closeSubgraphs = async (): Promise<void> => {
    await Promise.all(subgraphs.map((subgraph) => subgraph.close()));
  };
  const sources = new Map(subgraphs.map((subgraph) => [subgraph.name, new SubgraphSource(subgraph, metrics, log)]));
  const budget = new CostBudget(limits.cost[audienceOf(config)], new Rates({}));
  try {
    const graph = await openGraph(
      { supergraphSdl, documents: TrustedDocuments.none },
      { sources, budget, mode: config.mode, isSchemaPublic: false, metrics, log },
    );
    return {
      ...graph,
      close: async () => {
        await graph.close();
        await closeSubgraphs();
      },
    };
  } catch (error) {
    await closeSubgraphs();
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnusableSupergraph(`The supergraph cannot be served (${reason}): compose it anew.`, { cause: error });
  }
}

function audienceOf({ identity }: StandaloneConfig): Audience {
  return identity?.audience ?? 'dashboard';
}

function gateOf({ identity }: StandaloneConfig, metrics: Metrics, log: Log): onRequestAsyncHookHandler {
  if (identity !== null) {
    const tokens = new TokenVerifier(identity.issuers);
    return tokenGate({ audience: identity.audience, tokens, publicUrl: null, certificateOf: () => null, metrics, log });
  }
  const nobody = new Viewer({
    issuer: '',
    subject: 'nobody',
    client: 'nobody',
    audience: 'dashboard',
    memberId: null,
    roles: [],
    actingFor: null,
  });
  return async (request) => {
    request.viewer = nobody;
  };
}
