import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import type { BatchLoader } from '@zhijia/subgraph';
import { RectificationsStore, type EvidenceRow, type RectificationRow, type StepRow } from './rectifications.store.js';

/** Campaign id to what its targets owe. */
@Injectable()
export class CampaignRectificationsLoader implements BatchLoader<string, RectificationRow[]> {
  constructor(private readonly tasks: RectificationsStore) {}

  async loadAll(campaignIds: readonly string[], viewer: Viewer): Promise<RectificationRow[][]> {
    return grouped(campaignIds, await this.tasks.ofCampaigns(campaignIds, viewer), (task) => task.campaignId);
  }
}

/** Rectification id to its evidence, oldest first. */
@Injectable()
export class RectificationEvidenceLoader implements BatchLoader<string, EvidenceRow[]> {
  constructor(private readonly tasks: RectificationsStore) {}

  async loadAll(ids: readonly string[]): Promise<EvidenceRow[][]> {
    return grouped(ids, await this.tasks.evidenceOf(ids), (evidence) => evidence.rectificationId);
  }
}

/** Rectification id to its steps, oldest first. */
@Injectable()
export class RectificationStepsLoader implements BatchLoader<string, StepRow[]> {
  constructor(private readonly tasks: RectificationsStore) {}

  async loadAll(ids: readonly string[]): Promise<StepRow[][]> {
    return grouped(ids, await this.tasks.stepsOf(ids), (step) => step.rectificationId);
  }
}

function grouped<Row>(keys: readonly string[], found: readonly Row[], keyOf: (row: Row) => string): Row[][] {
  const byKey = Map.groupBy(found, keyOf);
  return keys.map((key) => byKey.get(key) ?? []);
}
