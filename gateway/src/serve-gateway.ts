import type { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { audiences, clientCertificateOf } from '@zhijia/access';
import { createLog, type Log } from '@zhijia/logging';
import { startTracing } from '@zhijia/tracing';
import type { GatewayConfig } from './gateway.config.js';
import { GraphSlot, type OpenGraph } from './graph/graph-slot.js';
import { openGraph, type Contract } from './graph/open-graph.js';
import { replaceOnChange } from './graph/replace-on-change.js';
import { Subgraph } from './graph/subgraph.js';
import { SubgraphSource } from './graph/subgraph-source.js';
import { addBallotRoutes } from './http/ballot-routes.js';
import { addExplorerRoute } from './http/explorer-route.js';
import { createHttpServer } from './http/create-http-server.js';
import { addGraphRoute } from './http/graph-route.js';
import { addHealthRoutes } from './http/health-routes.js';
import { rateGate } from './http/rate-gate.js';
import { tokenGate } from './http/token-gate.js';
import { ProofChecker, proofWindowMs } from './identity/check-proof.js';
import { SharedProofsSeen } from './identity/shared-proofs-seen.js';
import { TokenVerifier } from './identity/verify-token.js';
import { countBreaker, createMetrics } from './metrics.js';
import { openRedis } from './open-redis.js';
import { CostBudget } from './rates/cost-budget.js';
import { Rates } from './rates/rates.js';
import { limits } from './refusals.js';

export interface RunningGateway {
  url: string;
  log: Log;
  /** Takes no new requests, lets running ones end, then closes the connections to subgraphs. Safe to call twice. */
  stop: () => Promise<void>;
}

/**
 * Serves the three audiences until it is told to stop. Listens when every supergraph is loaded and every trusted document
 * planned; takes over what changes in their files.
 */
export async function serveGateway(config: GatewayConfig): Promise<RunningGateway> {
  const log = createLog({ service: 'gateway', level: config.logLevel });
  const tracing = await startTracing('gateway', config.tracing);
  const metrics = createMetrics();
  const state = { isStopping: false };
  const server = await createHttpServer(log, metrics, state, config.tls);

  const subgraphs = config.subgraphs.map(
    (address) => new Subgraph(address, config.subgraphTimeoutMs, { onBreaker: countBreaker(metrics, address.name) }),
  );
  const sources = new Map(subgraphs.map((subgraph) => [subgraph.name, new SubgraphSource(subgraph, metrics, log)]));
  const boardsAddress = config.subgraphs.find(({ name }) => name === config.boardsSubgraph);
  // Connections of their own: readers of boards may be slow, and must not hold those that answer operations.
  const boards = boardsAddress && new Subgraph(boardsAddress, config.subgraphTimeoutMs, { isForStreams: true });

  const redis = config.redisUrl === null ? null : openRedis(config.redisUrl, log);
  const proofs = new ProofChecker(redis === null ? undefined : new SharedProofsSeen(redis, proofWindowMs));
  const tokens = new TokenVerifier(config.issuers, proofs);
  const believesAnyCertificate = config.tls?.believesAnyCertificate ?? true;
  const certificateOf = (request: IncomingMessage): X509Certificate | null =>
    clientCertificateOf(request, config.certificateProxies, believesAnyCertificate);
  const rates = new Rates(config.rateLimits, redis);
  const graphs = await Promise.all(
    audiences.map(async (audience) => {
      const budget = new CostBudget(limits.cost[audience], rates);
      const isSchemaPublic = audience === 'dashboard';
      const open = (contract: Contract): Promise<OpenGraph> =>
        openGraph(contract, { sources, budget, mode: config.mode, isSchemaPublic, metrics, log });
      const slot = new GraphSlot(await open(config.contracts[audience]));
      addGraphRoute(server, {
        url: `/${audience}/graphql`,
        maxBodyBytes: limits.bodyBytes[audience],
        maxVariablesBytes: limits.variablesBytes[audience],
        graph: slot,
        operationTimeoutMs: config.operationTimeoutMs,
        onlyTrusted: config.mode === 'production' && audience !== 'dashboard',
        gates: [
          tokenGate({ audience, tokens, publicUrl: config.publicUrl, certificateOf, metrics, log }),
          rateGate(rates),
        ],
        isForServers: audience === 'bank',
        foreignPages: config.foreignPages[audience],
      });
      if (config.mode === 'development') addExplorerRoute(server, audience);
      const files = config.contractFilesOf(audience);
      const stopLooking = replaceOnChange(files, slot, async () => open(config.readContract(audience)), metrics, log);
      return { slot, stopLooking };
    }),
  );
  addHealthRoutes(server, subgraphs, metrics, state);
  if (boards !== undefined) addBallotRoutes(server, boards, log);

  const url = await server.listen({ port: config.port, host: config.host });
  log.info({ url, mode: config.mode, issuers: [...config.issuers.keys()] }, 'Serving');

  const drain = async (): Promise<void> => {
    state.isStopping = true;
    await Promise.all([...graphs.map(({ stopLooking }) => stopLooking()), server.close()]);
    await Promise.all(graphs.map(({ slot }) => slot.close()));
    await Promise.all([...subgraphs, ...(boards === undefined ? [] : [boards])].map((subgraph) => subgraph.close()));
    redis?.disconnect();
    await tracing.stop();
  };
  let stopping: Promise<void> | null = null;
  return { url, log, stop: () => (stopping ??= drain()) };
}
