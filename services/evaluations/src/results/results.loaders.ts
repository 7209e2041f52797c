import { Injectable } from '@nestjs/common';
import type { BatchLoader } from '@zhijia/subgraph';
import {
  ResultsStore,
  type CampaignResults,
  type CellDistribution,
  type CellPage,
  type TargetResult,
} from './results.store.js';
import { TurnoutsStore, type Turnout } from './turnouts.store.js';

@Injectable()
export class ResultsLoader implements BatchLoader<string, CampaignResults> {
  constructor(private readonly results: ResultsStore) {}

  loadAll(campaignIds: readonly string[]): Promise<readonly (CampaignResults | null)[]> {
    return this.results.findResults(campaignIds);
  }
}

@Injectable()
export class TargetResultsLoader implements BatchLoader<string, TargetResult[]> {
  constructor(private readonly results: ResultsStore) {}

  loadAll(campaignIds: readonly string[]): Promise<readonly TargetResult[][]> {
    return this.results.listTargets(campaignIds);
  }
}

/** One page of each of many targets: one statement for all of them. */
@Injectable()
export class CellsLoader implements BatchLoader<CellPage, CellDistribution[]> {
  constructor(private readonly results: ResultsStore) {}

  loadAll(pages: readonly CellPage[]): Promise<readonly CellDistribution[][]> {
    return this.results.listCells(pages);
  }
}

@Injectable()
export class TurnoutLoader implements BatchLoader<string, Turnout> {
  constructor(private readonly turnouts: TurnoutsStore) {}

  loadAll(campaignIds: readonly string[]): Promise<readonly (Turnout | null)[]> {
    return this.turnouts.listTurnouts(campaignIds);
  }
}
