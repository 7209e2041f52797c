import { Inject, Injectable } from '@nestjs/common';
import { dueAfterCalendarMonths } from '@zhijia/calendar';
import { evaluationFinished, rectificationOpened, type PayloadOf } from '@zhijia/contracts';
import { Outbox, type Reaction, type ReceivedEvent } from '@zhijia/messaging';
import { PolicyStore, rectifyPlanDue } from '@zhijia/policy';
import { SUBGRAPH_CONFIG, type SubgraphConfig } from '@zhijia/subgraph';
import type { EntityManager } from 'typeorm';
import { RectificationChangesStore } from './rectification-changes.store.js';

@Injectable()
export class OpenRectificationWhenEvaluationFinished implements Reaction<typeof evaluationFinished> {
  readonly name = 'open-rectification-when-evaluation-finished';
  readonly contract = evaluationFinished;

  constructor(
    private readonly tasks: RectificationChangesStore,
    private readonly policies: PolicyStore,
    private readonly outbox: Outbox,
    @Inject(SUBGRAPH_CONFIG) private readonly config: SubgraphConfig,
  ) {}

  /** Safe to run twice: one task for a target of a campaign. A campaign finishes once, so they come one by one. */
  async handle(
    tx: EntityManager,
    events: readonly ReceivedEvent<PayloadOf<typeof evaluationFinished>>[],
  ): Promise<void> {
    for (const { payload } of events) {
      if (payload.below.length === 0) continue;
      const { value, ...policy } = await this.policies.inForce(tx, this.config.policyRegion, rectifyPlanDue);
      const planDueAt = dueAfterCalendarMonths(payload.finishedAt, value.calendarMonths);
      const opened = await this.tasks.open(
        tx,
        payload.below.map((target) => ({
          ...target,
          campaignId: payload.campaignId,
          organiserId: payload.organiserId,
        })),
        { planDueAt, policy },
      );
      await this.outbox.addAll(
        tx,
        rectificationOpened,
        opened.map((task) => ({ aggregateId: task.rectificationId, payload: { ...task, planDueAt } })),
      );
    }
  }
}
