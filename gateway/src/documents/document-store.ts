import type { DocumentNode } from 'graphql';
import { RecentlyUsed } from '../recently-used.js';

const freeBytes = 30 * 1_024 * 1_024;

/**
 * Documents of one graph that are parsed and valid, for Apollo Server. Trusted ones stay; others while they are asked
 * for, so that no number of them makes a trusted one be read again.
 */
export class DocumentStore {
  private readonly trusted = new Map<string, DocumentNode>();
  private readonly free = new RecentlyUsed<DocumentNode>(freeBytes);

  keep(hash: string, document: DocumentNode): void {
    this.trusted.set(hash, document);
  }

  async get(key: string): Promise<DocumentNode | undefined> {
    const hash = hashIn(key);
    return this.trusted.get(hash) ?? this.free.get(hash);
  }

  async set(key: string, document: DocumentNode): Promise<void> {
    this.free.set(hashIn(key), document, 1_024 + 40 * (document.loc?.end ?? 0));
  }

  async delete(): Promise<void> {}
}

/** Apollo Server puts the schema's hash before the document's. */
function hashIn(key: string): string {
  return key.slice(key.lastIndexOf(':') + 1);
}
