import { Injectable } from '@nestjs/common';
import { campaignAnnulled, rectificationWithdrawn, type PayloadOf } from '@zhijia/contracts';
import { readNow } from '@zhijia/database';
import { Outbox, type Reaction, type ReceivedEvent } from '@zhijia/messaging';
import type { EntityManager } from 'typeorm';
import { RectificationChangesStore } from './rectification-changes.store.js';

@Injectable()
export class WithdrawRectificationsWhenCampaignAnnulled implements Reaction<typeof campaignAnnulled> {
  readonly name = 'withdraw-rectifications-when-campaign-annulled';
  readonly contract = campaignAnnulled;

  constructor(
    private readonly tasks: RectificationChangesStore,
    private readonly outbox: Outbox,
  ) {}

  /** Safe to run twice: what is withdrawn stays so. Comes after `evaluation-finished`, on the same topic and key. */
  async handle(tx: EntityManager, events: readonly ReceivedEvent<PayloadOf<typeof campaignAnnulled>>[]): Promise<void> {
    const withdrawn = await this.tasks.withdraw(
      tx,
      events.map((event) => event.payload.campaignId),
    );
    const withdrawnAt = await readNow(tx);
    await this.outbox.addAll(
      tx,
      rectificationWithdrawn,
      withdrawn.map((task) => ({ aggregateId: task.rectificationId, payload: { ...task, withdrawnAt } })),
    );
  }
}
