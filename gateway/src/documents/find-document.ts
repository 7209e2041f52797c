import { idPrefix, type TrustedDocuments } from './trusted-documents.js';

/** What a client sent, as GraphQL over HTTP has it: a body, or a search. */
export type SentRequest = { body: unknown; search: string };

export type FoundDocument =
  /** The request with the document itself in it, or as it came where that is for others to judge. */
  { kind: 'found'; request: SentRequest } | { kind: 'unknown' };

/**
 * Puts the document in the place of its identifier: `documentId` as the draft of persisted documents has it, or the hash
 * of Apollo's clients.
 *
 * @param options.onlyTrusted documents that are not in the manifest are refused, whole ones too
 */
export function findDocument(
  request: SentRequest,
  documents: TrustedDocuments,
  options: { onlyTrusted: boolean },
): FoundDocument {
  const { body, search } = request;
  if (isRecord(body)) {
    const { documentId, extensions, ...others } = body;
    if (typeof documentId === 'string' && body['query'] == null) {
      const query = documents.textOf(documentId);
      if (query === undefined) return unknown;
      return found({ body: { ...others, ...(extensions === undefined ? {} : { extensions }), query }, search });
    }
    const hash = body['query'] == null ? apolloHashOf(extensions) : null;
    if (hash !== null) {
      const query = documents.textOf(`${idPrefix}${hash}`);
      if (query !== undefined) return found({ body: { ...others, query }, search });
      // Apollo's clients send the document itself when they are told that hashes are not kept here.
      return options.onlyTrusted ? unknown : found(request);
    }
    return judged(body['query'], request, documents, options);
  }
  if (search === '') return found(request);
  const parameters = new URLSearchParams(search);
  const documentId = parameters.get('documentId');
  if (documentId !== null && !parameters.has('query')) {
    const query = documents.textOf(documentId);
    if (query === undefined) return unknown;
    parameters.delete('documentId');
    parameters.set('query', query);
    return found({ body, search: `?${parameters}` });
  }
  return judged(parameters.get('query'), request, documents, options);
}

function judged(
  text: unknown,
  request: SentRequest,
  documents: TrustedDocuments,
  { onlyTrusted }: { onlyTrusted: boolean },
): FoundDocument {
  // What is no document at all is told as such.
  const isRefused = onlyTrusted && typeof text === 'string' && text !== '' && !documents.has(text);
  return isRefused ? unknown : found(request);
}

function apolloHashOf(extensions: unknown): string | null {
  const persisted = isRecord(extensions) ? extensions['persistedQuery'] : undefined;
  const hash = isRecord(persisted) ? persisted['sha256Hash'] : undefined;
  return typeof hash === 'string' ? hash : null;
}

/** A JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const unknown: FoundDocument = { kind: 'unknown' };

function found(request: SentRequest): FoundDocument {
  return { kind: 'found', request };
}
