import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import { inTransaction } from '@zhijia/database';
import { DataSource } from 'typeorm';
import { isUuid } from '@zhijia/subgraph';
import { BallotsStore } from '../ballots/ballots.store.js';
import { planClosing, type ClosingPlan } from '../rules/plan-closing.js';
import { ClosingsStore } from './closings.store.js';

export type CloseCampaignOutcome = ClosingPlan | { readonly kind: 'notFound' };

/** Ends the voting, by an officer's hand or by the clock. What was accepted before is counted; nothing is after. */
@Injectable()
export class CloseCampaign {
  constructor(
    private readonly db: DataSource,
    private readonly closings: ClosingsStore,
    private readonly ballots: BallotsStore,
  ) {}

  async run(campaignId: string, viewer: Viewer): Promise<CloseCampaignOutcome> {
    if (!isUuid(campaignId)) return { kind: 'notFound' };
    return inTransaction(this.db, async (tx) => {
      await this.ballots.lockForClosing(tx, campaignId);
      const campaign = await this.closings.lockForOfficer(tx, campaignId, viewer);
      if (campaign === null) return { kind: 'notFound' };
      const plan = planClosing(campaign);
      if (plan.kind === 'closing') await this.closings.markClosing(tx, campaignId);
      return plan;
    });
  }

  /** By the clock: whoever cast before the deadline has committed, or is refused. */
  async runDue(campaignId: string): Promise<void> {
    await inTransaction(this.db, async (tx) => {
      await this.ballots.lockForClosing(tx, campaignId);
      const campaign = await this.closings.lock(tx, campaignId);
      if (campaign?.state === 'OPEN' && campaign.isOver) await this.closings.markClosing(tx, campaignId);
    });
  }
}
