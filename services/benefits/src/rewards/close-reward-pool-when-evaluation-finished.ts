import { Injectable } from '@nestjs/common';
import { evaluationFinished, type PayloadOf } from '@zhijia/contracts';
import type { Reaction, ReceivedEvent } from '@zhijia/messaging';
import type { EntityManager } from 'typeorm';
import { CloseRewardPool } from './close-reward-pool.js';

/** Safe to run twice: a pool closes once. */
@Injectable()
export class CloseRewardPoolWhenEvaluationFinished implements Reaction<typeof evaluationFinished> {
  readonly name = 'close-reward-pool-when-evaluation-finished';
  readonly contract = evaluationFinished;

  constructor(private readonly closeRewardPool: CloseRewardPool) {}

  async handle(
    tx: EntityManager,
    events: readonly ReceivedEvent<PayloadOf<typeof evaluationFinished>>[],
  ): Promise<void> {
    await this.closeRewardPool.run(
      tx,
      events.map((event) => event.payload.campaignId),
    );
  }
}
