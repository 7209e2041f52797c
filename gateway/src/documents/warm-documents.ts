import { setImmediate as nextTurn } from 'node:timers/promises';
import { parse, validate, type DocumentNode, type GraphQLSchema } from 'graphql';
import { limitRefusalOf } from '../graph/operation-limits.js';
import type { DocumentStore } from './document-store.js';
import { hashOf, type TrustedDocuments } from './trusted-documents.js';

/** A trusted document that this graph does not answer, and why. */
export interface UnusableDocument {
  hash: string;
  reason: string;
}

/**
 * Reads, validates and plans every trusted document before the graph is served, one in a turn of the event loop: while
 * a graph is exchanged, the one before goes on answering.
 *
 * @returns those that do not fit the graph; clients are told so when they ask
 */
export async function warmDocuments(
  documents: TrustedDocuments,
  graph: { schema: GraphQLSchema; keep(text: string, document: DocumentNode): void },
  store: DocumentStore,
): Promise<readonly UnusableDocument[]> {
  const unusable: UnusableDocument[] = [];
  for (const text of documents.all) {
    await nextTurn();
    const hash = hashOf(text);
    try {
      const document = parse(text);
      const [error] = [limitRefusalOf(document) ?? [], validate(graph.schema, document)].flat();
      if (error !== undefined) throw error;
      graph.keep(text, document);
      store.keep(hash, document);
    } catch (error) {
      unusable.push({ hash, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return unusable;
}
