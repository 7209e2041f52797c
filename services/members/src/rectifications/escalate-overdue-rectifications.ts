import { Inject, Injectable } from '@nestjs/common';
import { rectificationEscalated } from '@zhijia/contracts';
import { inTransaction } from '@zhijia/database';
import { Outbox } from '@zhijia/messaging';
import { PolicyStore, rectifyEscalateAfter } from '@zhijia/policy';
import { SUBGRAPH_CONFIG, type Job, type SubgraphConfig } from '@zhijia/subgraph';
import { DataSource } from 'typeorm';
import { RectificationChangesStore } from './rectification-changes.store.js';

const atATime = 200;

/** Tells the organisation above when a plan is overdue beyond the days of grace (policy `rectify.escalateAfter`). */
@Injectable()
export class EscalateOverdueRectifications implements Job {
  readonly name = 'escalate-overdue-rectifications';
  readonly everyMs = 2_000;

  constructor(
    private readonly db: DataSource,
    private readonly tasks: RectificationChangesStore,
    private readonly policies: PolicyStore,
    private readonly outbox: Outbox,
    @Inject(SUBGRAPH_CONFIG) private readonly config: SubgraphConfig,
  ) {}

  async run(): Promise<void> {
    while ((await this.escalateSome()) === atATime);
  }

  private escalateSome(): Promise<number> {
    return inTransaction(this.db, async (tx) => {
      const { value } = await this.policies.inForce(tx, this.config.policyRegion, rectifyEscalateAfter);
      const escalated = await this.tasks.escalateOverdue(tx, value.calendarDays, atATime);
      await this.outbox.addAll(
        tx,
        rectificationEscalated,
        escalated.map((task) => ({ aggregateId: task.rectificationId, payload: task })),
      );
      return escalated.length;
    });
  }
}
