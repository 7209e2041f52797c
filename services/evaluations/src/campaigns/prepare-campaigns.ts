import { Inject, Injectable } from '@nestjs/common';
import type { Log } from '@zhijia/logging';
import { LOG, type Job } from '@zhijia/subgraph';
import { DataSource } from 'typeorm';
import { FreezeElectorate } from '../electorates/freeze-electorate.js';
import { TallyProcess } from '../tally/tally-process.js';
import { PreparationsStore } from './preparations.store.js';
import { SignManifestOfCampaign } from './sign-manifest-of-campaign.js';

/** Freezes the electorate of each new campaign, has the tally make its key, then signs its manifest. */
@Injectable()
export class PrepareCampaigns implements Job {
  readonly name = 'prepare-campaigns';
  readonly everyMs = 1_000;

  constructor(
    private readonly db: DataSource,
    private readonly preparations: PreparationsStore,
    private readonly freeze: FreezeElectorate,
    private readonly tally: TallyProcess,
    private readonly sign: SignManifestOfCampaign,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async run(): Promise<void> {
    for (const { id, isFrozen, hasKey } of await this.preparations.listPreparing(this.db)) {
      try {
        if (!isFrozen) await this.freeze.run(id);
        if (!hasKey) await this.tally.run('prepare', id);
        await this.sign.run(id);
      } catch (error) {
        // One campaign that cannot be prepared must not keep the next from opening; it comes again.
        this.log.error({ err: error, campaignId: id }, 'A campaign could not be prepared');
      }
    }
  }
}
