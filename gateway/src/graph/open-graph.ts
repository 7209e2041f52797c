import type { Mode } from '@zhijia/config';
import type { Log } from '@zhijia/logging';
import type { TrustedDocuments } from '../documents/trusted-documents.js';
import type { Metrics } from '../metrics.js';
import type { CostBudget } from '../rates/cost-budget.js';
import { answerRequest } from './answer-request.js';
import { createExecutor } from './create-executor.js';
import type { OpenGraph } from './graph-slot.js';
import { RefusedDocuments } from './refused-documents.js';
import { startGraph } from './start-graph.js';
import type { SubgraphSource } from './subgraph-source.js';

/** What one graph is made of. */
export interface Contract {
  supergraphSdl: string;
  documents: TrustedDocuments;
}

/**
 * Makes a graph ready to be asked: loaded, and with every trusted document planned.
 *
 * @throws when the supergraph cannot be served, or names a subgraph that is in no source
 */
export async function openGraph(
  { supergraphSdl, documents }: Contract,
  options: {
    sources: ReadonlyMap<string, SubgraphSource>;
    budget: CostBudget;
    mode: Mode;
    isSchemaPublic: boolean;
    metrics: Metrics;
    log: Log;
  },
): Promise<OpenGraph> {
  const executor = createExecutor(supergraphSdl, options);
  const refused = new RefusedDocuments(documents);
  const apollo = await startGraph({ executor, documents, refused, ...options });
  return {
    documents,
    answer: (request, context) => answerRequest({ apollo, executor, refused }, request, context),
    close: () => apollo.stop(),
  };
}
