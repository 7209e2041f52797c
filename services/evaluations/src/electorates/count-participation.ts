import { Injectable } from '@nestjs/common';
import type { Job } from '@zhijia/subgraph';
import { ParticipationCountsStore } from './participation-counts.store.js';

/** Counts who took part while voting runs: what is shown then is this figure, and never asked of the rows themselves. */
@Injectable()
export class CountParticipation implements Job {
  readonly name = 'count-participation';
  readonly everyMs = 5_000;

  constructor(private readonly counts: ParticipationCountsStore) {}

  async run(): Promise<void> {
    await this.counts.recount(await this.counts.listRunning());
  }
}
