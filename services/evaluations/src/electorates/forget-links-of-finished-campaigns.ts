import { Inject, Injectable } from '@nestjs/common';
import type { Log } from '@zhijia/logging';
import { LOG, type Job } from '@zhijia/subgraph';
import { TallyProcess } from '../tally/tally-process.js';
import { LinkageStore } from './linkage.store.js';
import { ParticipationCountsStore } from './participation-counts.store.js';

/** After the end: the key is destroyed, then the links from slots to members go. That a member took part remains. */
@Injectable()
export class ForgetLinksOfFinishedCampaigns implements Job {
  readonly name = 'forget-links-of-finished-campaigns';
  readonly everyMs = 2_000;

  constructor(
    private readonly linkage: LinkageStore,
    private readonly counts: ParticipationCountsStore,
    private readonly tally: TallyProcess,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async run(): Promise<void> {
    for (const { id, isKeyGone } of await this.linkage.listFinished()) {
      try {
        if (!isKeyGone) await this.tally.run('destroy', id);
        await this.counts.recount([id]);
        await this.linkage.drop(id);
      } catch (error) {
        this.log.error({ err: error, campaignId: id }, 'The links of a finished campaign still stand');
      }
    }
  }
}
