import { Injectable } from '@nestjs/common';
import { mergeElectorate, type ElectorateGroup } from '../rules/merge-participation.js';
import { TurnoutsStore } from './turnouts.store.js';

const mostCampaigns = 32;

/**
 * How the organisations of an electorate are shown, worked out once for each campaign: thousands of organisations do not
 * change once they are frozen, and officers look again and again while voting runs.
 */
@Injectable()
export class ElectorateGroups {
  private readonly known = new Map<string, Promise<readonly ElectorateGroup[]>>();

  constructor(private readonly turnouts: TurnoutsStore) {}

  of(campaignId: string, minimumCell: number): Promise<readonly ElectorateGroup[]> {
    const known = this.known.get(campaignId);
    if (known !== undefined) return known;
    const working = this.workOut(campaignId, minimumCell);
    this.known.set(campaignId, working);
    // Frozen later, or to be asked again.
    working.then(
      (groups) => groups.length === 0 && this.known.delete(campaignId),
      () => this.known.delete(campaignId),
    );
    const [oldest] = this.known.keys();
    if (this.known.size > mostCampaigns && oldest !== undefined) this.known.delete(oldest);
    return working;
  }

  private async workOut(campaignId: string, minimumCell: number): Promise<readonly ElectorateGroup[]> {
    const organisations = await this.turnouts.listElectorate(campaignId);
    return organisations.length === 0 ? [] : mergeElectorate(organisations, minimumCell);
  }
}
