import { Injectable } from '@nestjs/common';
import { campaignAnnulled, type PayloadOf } from '@zhijia/contracts';
import type { Reaction, ReceivedEvent } from '@zhijia/messaging';
import type { EntityManager } from 'typeorm';
import { CloseRewardPool } from './close-reward-pool.js';

/** Safe to run twice: a pool closes once. */
@Injectable()
export class CloseRewardPoolWhenCampaignAnnulled implements Reaction<typeof campaignAnnulled> {
  readonly name = 'close-reward-pool-when-campaign-annulled';
  readonly contract = campaignAnnulled;

  constructor(private readonly closeRewardPool: CloseRewardPool) {}

  async handle(tx: EntityManager, events: readonly ReceivedEvent<PayloadOf<typeof campaignAnnulled>>[]): Promise<void> {
    await this.closeRewardPool.run(
      tx,
      events.map((event) => event.payload.campaignId),
    );
  }
}
