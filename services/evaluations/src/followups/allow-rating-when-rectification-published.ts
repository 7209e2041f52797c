import { Injectable } from '@nestjs/common';
import { rectificationPublished, type PayloadOf } from '@zhijia/contracts';
import type { Reaction, ReceivedEvent } from '@zhijia/messaging';
import type { EntityManager } from 'typeorm';
import { FollowUpsStore } from './followups.store.js';

/** Safe to run twice, and after a withdrawal: each leaves its own mark, and the first stays. */
@Injectable()
export class AllowRatingWhenRectificationPublished implements Reaction<typeof rectificationPublished> {
  readonly name = 'allow-rating-when-rectification-published';
  readonly contract = rectificationPublished;

  constructor(private readonly followUps: FollowUpsStore) {}

  async handle(
    tx: EntityManager,
    events: readonly ReceivedEvent<PayloadOf<typeof rectificationPublished>>[],
  ): Promise<void> {
    await this.followUps.markPublished(
      tx,
      events.map((event) => event.payload),
    );
  }
}
