import { Injectable } from '@nestjs/common';
import { rewardPoolEmptied, type PayloadOf } from '@zhijia/contracts';
import type { Reaction, ReceivedEvent } from '@zhijia/messaging';
import type { EntityManager } from 'typeorm';
import { ProjectionsStore } from './projections.store.js';

/** Later voters are told before they vote. Safe to run twice: a pool is marked as empty once. */
@Injectable()
export class TellPoolIsEmptyWhenRewardPoolEmptied implements Reaction<typeof rewardPoolEmptied> {
  readonly name = 'tell-pool-is-empty-when-reward-pool-emptied';
  readonly contract = rewardPoolEmptied;

  constructor(private readonly projections: ProjectionsStore) {}

  async handle(
    tx: EntityManager,
    events: readonly ReceivedEvent<PayloadOf<typeof rewardPoolEmptied>>[],
  ): Promise<void> {
    await this.projections.markPoolsEmpty(
      tx,
      events.map((event) => event.payload),
    );
  }
}
