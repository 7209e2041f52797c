import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import type { BatchLoader } from '@zhijia/subgraph';
import { DataSource } from 'typeorm';
import { VisitsStore, type VisitRow } from './visits.store.js';

/** The visit that a transfer posted or took back. */
@Injectable()
export class VisitOfTransferLoader implements BatchLoader<string, VisitRow> {
  constructor(
    private readonly db: DataSource,
    private readonly visits: VisitsStore,
  ) {}

  loadAll(transferIds: readonly string[], viewer: Viewer): Promise<(VisitRow | null)[]> {
    return this.visits.visibleByTransfers(this.db, transferIds, viewer);
  }
}
