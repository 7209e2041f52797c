import { Injectable } from '@nestjs/common';
import type { BatchLoader } from '@zhijia/subgraph';
import { OrganisationsStore, type OrganisationRow } from './organisations.store.js';

/** Organisation id to its row, for fields of this service that lead to an organisation. */
@Injectable()
export class OrganisationLoader implements BatchLoader<string, OrganisationRow> {
  constructor(private readonly organisations: OrganisationsStore) {}

  loadAll(ids: readonly string[]): Promise<(OrganisationRow | null)[]> {
    return this.organisations.byIds(ids);
  }
}
