import { join } from 'node:path';
import { Supergraph } from '@apollo/federation-internals';
import { readFileSync } from 'node:fs';
import { audiences } from '@zhijia/access';
import { CompiledGraph } from '../execution/compiled-graph.js';
import { createMetrics } from '../metrics.js';
import { DocumentStore } from './document-store.js';
import { readTrustedDocuments } from './read-trusted-documents.js';
import { TrustedDocuments } from './trusted-documents.js';
import { warmDocuments } from './warm-documents.js';

const deploy = join(import.meta.dirname, '..', '..', '..', 'deploy');
const nobody = () => ({ send: () => Promise.reject(new Error('Nothing is sent')) });

describe.each(audiences)('the documents registered for %s', (audience) => {
  const supergraphSdl = readFileSync(join(deploy, 'supergraph', `${audience}.graphql`), 'utf8');
  const graph = new CompiledGraph(Supergraph.build(supergraphSdl), nobody, createMetrics());

  it('fit its contract and the limits of every operation, and are compiled', async () => {
    const documents = readTrustedDocuments(join(deploy, 'documents', `${audience}.json`));
    const kept: string[] = [];
    const keeping = {
      schema: graph.schema,
      keep: (hash: string, document: never) => {
        graph.keep(hash, document);
        kept.push(graph.operation(hash, document, undefined).kind);
      },
    };
    expect(await warmDocuments(documents, keeping, new DocumentStore())).toEqual([]);
    expect(kept).toEqual(Array.from({ length: documents.size }, () => 'compiled'));
    expect(documents.size).toBeGreaterThan(0);
  });

  it('are told apart from one that does not fit', async () => {
    const strange = new TrustedDocuments(['{ nobodyKnowsThis }']);
    expect(await warmDocuments(strange, graph, new DocumentStore())).toMatchObject([
      { reason: expect.stringContaining('nobodyKnowsThis') },
    ]);
  });
});
