import { TrustedDocuments } from '../documents/trusted-documents.js';
import { limits } from '../refusals.js';
import { RefusedDocuments } from './refused-documents.js';

/** Two brackets, and between them a word for each token. */
const withTokens = (tokens: number): string =>
  `{ ${'...{ id } '.repeat(Math.floor((tokens - 2) / 4))}${'id '.repeat((tokens - 2) % 4)}}`;
const codesOf = (text: string, refused = new RefusedDocuments(TrustedDocuments.none)) =>
  refused.refusalOf(text)?.map(({ extensions }) => extensions?.['limit']);

describe('documents that are refused', () => {
  it.each([
    ['tokens', withTokens(limits.tokens + 1)],
    ['tokens', `${withTokens(limits.tokens + 1)} and what is no GraphQL: \\`],
    ['documentCharacters', `{ id } #${'x'.repeat(limits.documentCharacters)}`],
    ['depth', `${'{ id '.repeat(limits.depth + 1)}${'}'.repeat(limits.depth + 1)}`],
  ])('are past a limit: %s', (limit, text) => {
    expect(codesOf(text)).toEqual([limit]);
  });

  it('are not those at a limit, nor trusted ones, nor what does not parse', () => {
    // Told apart by another limit: it was read past the tokens.
    expect(codesOf(withTokens(limits.tokens))).toEqual(['repeats']);
    const long = withTokens(limits.tokens + 1);
    expect(codesOf(long, new RefusedDocuments(new TrustedDocuments([long])))).toBeUndefined();
    expect(codesOf('{ id \\')).toBeUndefined();
    expect(codesOf(`{ ${'id '.repeat(limits.tokens / 2)} \\`)).toBeUndefined();
  });

  it('are looked at once', () => {
    const refused = new RefusedDocuments(TrustedDocuments.none);
    const text = withTokens(limits.tokens);
    expect(refused.refusalOf(text)).toBe(refused.refusalOf(text));
    refused.remember('{ nobody }', [
      { message: 'Cannot query field', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
    expect(refused.refusalOf('{ nobody }')).toHaveLength(1);
  });
});
