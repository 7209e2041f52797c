import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import { signReceipt } from '@zhijia/ballot';
import { InBatches, inTransaction } from '@zhijia/database';
import { isUuid } from '@zhijia/subgraph';
import { currentTraceparent } from '@zhijia/tracing';
import { DataSource } from 'typeorm';
import { CampaignsStore } from '../campaigns/campaigns.store.js';
import { ServiceKey } from '../campaigns/service-key.js';
import type { CastObstacle } from '../rules/plan-cast.js';
import { AcceptBallots, type Acceptance, type Accepted, type SentBallot, type WithoutSlot } from './accept-ballots.js';

export interface CastRequest {
  readonly campaignId: string;
  readonly envelope: string;
  readonly idempotencyKey: string;
}

export type CastBallotOutcome =
  | {
      readonly kind: 'cast';
      readonly participationId: string;
      readonly receipt: string;
      readonly envelopeHash: string;
      readonly replacedHash: string | null;
      readonly isReplayed: boolean;
    }
  | Exclude<Acceptance, Accepted | WithoutSlot>
  | { readonly kind: 'agent' };

interface BallotForCampaign extends SentBallot {
  readonly campaignId: string;
}

/** Rows of one statement, and transactions under way at once: more of either gains nothing (bench `ballots`). */
const batchOptions = { most: 64, atOnce: 2 };

/**
 * Accepts a sealed ballot, or a member's better one. Of 533,000 voters many come in the last hour: who comes at the same
 * time shares a transaction.
 */
@Injectable()
export class CastBallot {
  private readonly batches: InBatches<BallotForCampaign, Acceptance>;

  constructor(
    db: DataSource,
    acceptBallots: AcceptBallots,
    private readonly campaigns: CampaignsStore,
    private readonly serviceKey: ServiceKey,
  ) {
    this.batches = new InBatches(
      (ballots) => inTransaction(db, (tx) => acceptBallots.run(tx, ballots[0]?.campaignId ?? '', ballots)),
      {
        ...batchOptions,
        groupOf: ({ campaignId }) => campaignId,
        keyOf: ({ campaignId, memberId }) => `${campaignId} ${memberId}`,
      },
    );
  }

  async run(request: CastRequest, viewer: Viewer): Promise<CastBallotOutcome> {
    if (viewer.actingFor !== null) return { kind: 'agent' };
    const { memberId } = viewer;
    const { campaignId, envelope } = request;
    if (!isUuid(campaignId)) return { kind: 'notFound' };
    if (memberId === null || !isUuid(memberId)) return { kind: 'notFound' };
    const callerKey = createHash('sha256')
      .update(`${viewer.scopeOf('castBallot')} ${request.idempotencyKey}`)
      .digest();
    const traceparent = currentTraceparent();
    const outcome = await this.batches.do({ campaignId, memberId, callerKey, envelope, traceparent });
    if (outcome.kind === 'withoutSlot') return this.refuseStranger(campaignId, outcome.obstacle, viewer);
    if (outcome.kind !== 'accepted') return outcome;
    const { participationId, envelopeHash, replacedHash, isReplayed } = outcome;
    // Signed after the commit: no receipt exists for a ballot that does not.
    const receipt = await signReceipt({ campaignId, envelopeHash, replacedHash }, this.serviceKey.privateKey);
    return { kind: 'cast', participationId, receipt, envelopeHash, replacedHash, isReplayed };
  }

  /** Who may not see the campaign learns no more than that: nothing. */
  private async refuseStranger(campaignId: string, obstacle: CastObstacle, viewer: Viewer): Promise<CastBallotOutcome> {
    const [campaign] = await this.campaigns.findVisible([campaignId], viewer);
    return campaign === null || campaign === undefined ? { kind: 'notFound' } : obstacle;
  }
}
