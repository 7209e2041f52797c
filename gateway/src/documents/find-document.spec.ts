import { findDocument, type SentRequest } from './find-document.js';
import { documentIdOf, hashOf, TrustedDocuments } from './trusted-documents.js';

const text = 'query A { a }';
const documents = new TrustedDocuments([text]);
const body = (sent: unknown): SentRequest => ({ body: sent, search: '' });
const search = (parameters: Record<string, string>): SentRequest => ({
  body: undefined,
  search: `?${new URLSearchParams(parameters)}`,
});
const found = (request: SentRequest, onlyTrusted: boolean) => findDocument(request, documents, { onlyTrusted });
const apollo = (hash: string) => ({ persistedQuery: { version: 1, sha256Hash: hash } });

describe.each([true, false])('a document, where only trusted ones are answered: %s', (onlyTrusted) => {
  it.each([
    [
      'by its name',
      body({ documentId: documentIdOf(text), variables: { n: 1 } }),
      { query: text, variables: { n: 1 } },
    ],
    [
      'by its hash',
      body({ extensions: apollo(hashOf(text)), operationName: 'A' }),
      { query: text, operationName: 'A' },
    ],
    ['whole', body({ query: text }), { query: text }],
    ['by its name beside an empty one', body({ query: null, documentId: documentIdOf(text) }), { query: text }],
  ])('is found %s', (_how, request, expected) => {
    expect(found(request, onlyTrusted)).toEqual({ kind: 'found', request: body(expected) });
  });

  it('is found by its name in a search', () => {
    const answer = found(search({ documentId: documentIdOf(text), variables: '{}' }), onlyTrusted);
    expect(answer).toEqual({ kind: 'found', request: search({ variables: '{}', query: text }) });
  });

  it.each([
    ['a name', body({ documentId: 'sha256:00' })],
    ['a name of another kind', body({ documentId: hashOf(text) })],
    ['a name in a search', search({ documentId: 'sha256:00' })],
  ])('is unknown by %s that is not there', (_how, request) => {
    expect(found(request, onlyTrusted)).toEqual({ kind: 'unknown' });
  });

  it.each([
    ['another document', body({ query: '{ b }' })],
    ['the same one with white space', body({ query: `${text} ` })],
    ['another document in a search', search({ query: '{ b }' })],
    ['a trusted name beside another document', body({ query: '{ b }', documentId: documentIdOf(text) })],
    ['a trusted hash beside another document', body({ query: '{ b }', extensions: apollo(hashOf(text)) })],
    ['a hash that is not there', body({ extensions: apollo('00') })],
  ])('is unknown, or left to others, when it is %s', (_what, request) => {
    expect(found(request, onlyTrusted)).toMatchObject(onlyTrusted ? { kind: 'unknown' } : { kind: 'found' });
  });

  it.each([
    ['nothing', body({ variables: {} })],
    ['no text', body({ query: 5 })],
    ['an empty text', body({ query: '' })],
    ['a list', body([{ query: '{ b }' }])],
    ['no body', body(null)],
  ])('is left to others to judge when it is %s', (_what, request) => {
    expect(found(request, onlyTrusted)).toEqual({ kind: 'found', request });
  });
});
