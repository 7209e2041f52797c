import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import { campaignAnnulled } from '@zhijia/contracts';
import { inTransaction } from '@zhijia/database';
import { Outbox } from '@zhijia/messaging';
import { DataSource } from 'typeorm';
import { isUuid } from '@zhijia/subgraph';
import { BallotsStore } from '../ballots/ballots.store.js';
import { ClosingsStore } from './closings.store.js';

export type AnnulCampaignOutcome =
  | { readonly kind: 'annulled' }
  | { readonly kind: 'alreadyAnnulled'; readonly annulledAt: string }
  | { readonly kind: 'reasonMissing' }
  | { readonly kind: 'notFound' };

const mostReasonCharacters = 500;

/**
 * Takes a campaign back, before or after its result. A tally under way publishes nothing any more: it asks for the state
 * under the same lock. Key and links go afterwards, as with every finished campaign.
 */
@Injectable()
export class AnnulCampaign {
  constructor(
    private readonly db: DataSource,
    private readonly closings: ClosingsStore,
    private readonly ballots: BallotsStore,
    private readonly outbox: Outbox,
  ) {}

  async run(campaignId: string, reason: string, viewer: Viewer): Promise<AnnulCampaignOutcome> {
    const text = reason.trim();
    if (text.length === 0 || text.length > mostReasonCharacters) return { kind: 'reasonMissing' };
    if (!isUuid(campaignId)) return { kind: 'notFound' };
    return inTransaction(this.db, async (tx) => {
      await this.ballots.lockForClosing(tx, campaignId);
      const campaign = await this.closings.lockForOfficer(tx, campaignId, viewer);
      if (campaign === null) return { kind: 'notFound' };
      if (campaign.annulledAt !== null) return { kind: 'alreadyAnnulled', annulledAt: campaign.annulledAt };
      const annulledAt = await this.closings.markAnnulled(tx, campaignId, text);
      // Nobody was told of a campaign that is still in preparation.
      if (campaign.state !== 'PREPARING') {
        await this.outbox.add(tx, campaignAnnulled, campaignId, { campaignId, annulledAt });
      }
      return { kind: 'annulled' };
    });
  }
}
