import { Injectable } from '@nestjs/common';
import { rectificationWithdrawn, type PayloadOf } from '@zhijia/contracts';
import type { Reaction, ReceivedEvent } from '@zhijia/messaging';
import type { EntityManager } from 'typeorm';
import { FollowUpsStore } from './followups.store.js';

/** Safe to run twice, and before the publication: each leaves its own mark, and the first stays. */
@Injectable()
export class EndRatingWhenRectificationWithdrawn implements Reaction<typeof rectificationWithdrawn> {
  readonly name = 'end-rating-when-rectification-withdrawn';
  readonly contract = rectificationWithdrawn;

  constructor(private readonly followUps: FollowUpsStore) {}

  async handle(
    tx: EntityManager,
    events: readonly ReceivedEvent<PayloadOf<typeof rectificationWithdrawn>>[],
  ): Promise<void> {
    await this.followUps.markWithdrawn(
      tx,
      events.map((event) => event.payload),
    );
  }
}
