import { Injectable } from '@nestjs/common';
import type { StatementEntry } from '@zhijia/ledger';
import type { BatchLoader } from '@zhijia/subgraph';
import { TimeAccountsStore } from './time-accounts.store.js';

export interface PassbookPage {
  readonly accountId: string;
  readonly first: number;
  readonly beforeVersion: number | null;
}

/** The passbooks of a request: one query for all accounts that ask for the same page. */
@Injectable()
export class PassbookLoader implements BatchLoader<PassbookPage, StatementEntry[]> {
  constructor(private readonly accounts: TimeAccountsStore) {}

  async loadAll(pages: readonly PassbookPage[]): Promise<StatementEntry[][]> {
    const entries = new Map<PassbookPage, StatementEntry[]>();
    for (const alike of groupAlike(pages)) {
      const [{ first, beforeVersion }] = alike;
      const passbooks = await this.accounts.passbooks(
        alike.map((page) => page.accountId),
        first,
        beforeVersion,
      );
      alike.forEach((page, index) => entries.set(page, passbooks[index] ?? []));
    }
    return pages.map((page) => entries.get(page) ?? []);
  }
}

function groupAlike(pages: readonly PassbookPage[]): [PassbookPage, ...PassbookPage[]][] {
  const groups = new Map<string, [PassbookPage, ...PassbookPage[]]>();
  for (const page of pages) {
    const name = `${page.first} ${page.beforeVersion}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [page]);
    else group.push(page);
  }
  return [...groups.values()];
}
