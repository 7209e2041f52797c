export {
  defineSubgraph,
  type FigureSource,
  type SubgraphDefinition,
  type SubgraphName,
} from './subgraph-definition.js';
export { readSubgraphConfig, subgraphEnv, type SubgraphConfig } from './subgraph.config.js';
export { endOnSignal, serveSubgraph, type RunningSubgraph } from './serve-subgraph.js';
export { runWorker } from './run-worker.js';
export { migrateSubgraph } from './migrate-subgraph.js';
export { SubgraphModule } from './subgraph.module.js';
export { LOG, SUBGRAPH_CONFIG } from './tokens.js';
export { ResolveReferences } from './resolve-references.js';
export { RequestLoaders, type BatchLoader } from './request-loaders.js';
export type { GraphContext } from './graph-context.js';
export { connectionOf, pageSize, readCursor, type Connection, type PageArguments } from './connection.js';
export { type Job } from './job-runner.js';
export { tryAgain } from './format-error.js';
export { buildServedSchema } from './build-served-schema.js';
export { installViewerGate } from './viewer-gate.js';
export { traceRequests } from './trace-requests.js';
export { nestLogger } from './nest-logger.js';
export { openSubgraph, type OpenSubgraph } from './open-subgraph.js';
export { idempotencyKeyReused, refusal, type RefusalOf } from './refusal.js';
export { isUuid } from './is-uuid.js';
