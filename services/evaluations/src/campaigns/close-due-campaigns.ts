import { Injectable } from '@nestjs/common';
import type { Job } from '@zhijia/subgraph';
import { DataSource } from 'typeorm';
import { CloseCampaign } from './close-campaign.js';
import { ClosingsStore } from './closings.store.js';

/** Casting is refused from the deadline on whether this runs or not; it only moves the campaign on. */
@Injectable()
export class CloseDueCampaigns implements Job {
  readonly name = 'close-due-campaigns';
  readonly everyMs = 1_000;

  constructor(
    private readonly db: DataSource,
    private readonly closings: ClosingsStore,
    private readonly closeCampaign: CloseCampaign,
  ) {}

  async run(): Promise<void> {
    for (const id of await this.closings.listDue(this.db)) await this.closeCampaign.runDue(id);
  }
}
