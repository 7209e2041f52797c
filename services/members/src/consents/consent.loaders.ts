import { Injectable } from '@nestjs/common';
import type { BatchLoader } from '@zhijia/subgraph';
import { ConsentsStore, type ConsentUseRow } from './consents.store.js';

export interface UsesPage {
  readonly consentId: string;
  readonly size: number;
  readonly beforeId: string | null;
}

/** The uses of a request: one query for all consents that ask for the same page. */
@Injectable()
export class ConsentUsesLoader implements BatchLoader<UsesPage, ConsentUseRow[]> {
  constructor(private readonly consents: ConsentsStore) {}

  async loadAll(pages: readonly UsesPage[]): Promise<ConsentUseRow[][]> {
    const found = new Map<UsesPage, ConsentUseRow[]>();
    for (const alike of Map.groupBy(pages, ({ size, beforeId }) => `${size} ${beforeId}`).values()) {
      const [first] = alike;
      if (first === undefined) continue;
      const consentIds = alike.map(({ consentId }) => consentId);
      const uses = await this.consents.usesOf(consentIds, first.beforeId, first.size);
      const byConsent = Map.groupBy(uses, ({ consentId }) => consentId);
      for (const page of alike) found.set(page, byConsent.get(page.consentId) ?? []);
    }
    return pages.map((page) => found.get(page) ?? []);
  }
}
