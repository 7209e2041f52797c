import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { Mode } from '@zhijia/config';
import type { Log } from '@zhijia/logging';
import { DocumentStore } from '../documents/document-store.js';
import type { TrustedDocuments } from '../documents/trusted-documents.js';
import { warmDocuments } from '../documents/warm-documents.js';
import type { Metrics } from '../metrics.js';
import { limits } from '../refusals.js';
import { answerPlugin } from './answer-plugin.js';
import { apolloLogger } from './apollo-logger.js';
import type { GraphExecutor } from './create-executor.js';
import { formatErrorWith } from './format-error.js';
import type { GraphContext } from './graph-context.js';
import { refuseDocuments } from './refuse-documents.js';
import type { RefusedDocuments } from './refused-documents.js';

/** Apollo Server is the door of one graph: it parses, validates and answers; the executor does the rest. */
export async function startGraph(options: {
  executor: GraphExecutor;
  /** Those that are looked at once, ahead. */
  documents: TrustedDocuments;
  refused: RefusedDocuments;
  mode: Mode;
  /** Whether a production graph tells its schema, as every other one does. */
  isSchemaPublic: boolean;
  metrics: Metrics;
  log: Log;
}): Promise<ApolloServer<GraphContext>> {
  const { executor, documents, refused, mode, isSchemaPublic, metrics, log } = options;
  const isProduction = mode === 'production';
  const documentStore = new DocumentStore();
  const graph = new ApolloServer<GraphContext>({
    gateway: executor.gateway,
    documentStore,
    logger: apolloLogger(log),
    // Whatever NODE_ENV says: the mode of this process is ours to read, and each setting is given here.
    nodeEnv: 'production',
    introspection: !isProduction || isSchemaPublic,
    hideSchemaDetailsFromClientErrors: isProduction,
    includeStacktraceInErrorResponses: false,
    formatError: formatErrorWith(log, { hidesSuggestions: isProduction }),
    parseOptions: { maxTokens: limits.tokens },
    maxRecursiveSelections: true,
    allowBatchedHttpRequests: false,
    csrfPrevention: true,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    plugins: [
      refuseDocuments(refused),
      answerPlugin(log, metrics),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
  await graph.start();
  for (const { hash, reason } of await warmDocuments(documents, executor.graph, documentStore)) {
    log.error({ document: hash, reason }, 'A trusted document does not fit the graph');
  }
  return graph;
}
