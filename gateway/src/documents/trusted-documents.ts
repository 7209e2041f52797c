import { createHash } from 'node:crypto';

/** The documents that the clients of one audience were built with, by the identifiers that clients may send instead. */
export class TrustedDocuments {
  static readonly none = new TrustedDocuments([]);

  private readonly textById: ReadonlyMap<string, string>;
  private readonly texts: ReadonlySet<string>;

  constructor(texts: readonly string[]) {
    this.textById = new Map(texts.map((text) => [documentIdOf(text), text]));
    this.texts = new Set(texts);
  }

  /** @param id a prefixed document identifier, as the persisted documents of GraphQL over HTTP have it */
  textOf(id: string): string | undefined {
    return this.textById.get(id);
  }

  /** A document sent whole is the same to the character, or another one. */
  has(text: string): boolean {
    return this.texts.has(text);
  }

  get all(): Iterable<string> {
    return this.texts;
  }

  get size(): number {
    return this.texts.size;
  }
}

export function documentIdOf(text: string): string {
  return `${idPrefix}${hashOf(text)}`;
}

/** As Apollo Server names a document too. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export const idPrefix = 'sha256:';
