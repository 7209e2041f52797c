import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import { checkEnvelope, signReceipt, type EnvelopeRefusal, type Receipt } from '@zhijia/ballot';
import { ballotCast } from '@zhijia/contracts';
import { inTransaction } from '@zhijia/database';
import { Outbox } from '@zhijia/messaging';
import { DataSource, type EntityManager } from 'typeorm';
import { isUuid } from '@zhijia/subgraph';
import { CampaignsStore } from '../campaigns/campaigns.store.js';
import { ServiceKey } from '../campaigns/service-key.js';
import { obstacleToCasting, planCast, type CastObstacle } from '../rules/plan-cast.js';
import { BallotsStore, type CastRecord } from './ballots.store.js';

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
  | { readonly kind: 'envelopeRefused'; readonly refusal: EnvelopeRefusal }
  | { readonly kind: 'repeated' }
  | { readonly kind: 'keyReused' }
  | { readonly kind: 'agent' }
  | { readonly kind: 'notFound' }
  | CastObstacle;

type Accepted = {
  readonly kind: 'accepted';
  readonly participationId: string;
  readonly receipt: Receipt;
  readonly isReplayed: boolean;
};

interface WithoutSlot {
  readonly kind: 'withoutSlot';
  readonly obstacle: CastObstacle;
}

/**
 * Accepts a sealed ballot, or a member's better one. The whole path is one upsert, one mark and one event: of 533,000
 * voters many come in the last hour.
 */
@Injectable()
export class CastBallot {
  constructor(
    private readonly db: DataSource,
    private readonly ballots: BallotsStore,
    private readonly campaigns: CampaignsStore,
    private readonly outbox: Outbox,
    private readonly serviceKey: ServiceKey,
  ) {}

  async run(request: CastRequest, viewer: Viewer): Promise<CastBallotOutcome> {
    if (viewer.actingFor !== null) return { kind: 'agent' };
    const { memberId } = viewer;
    if (!isUuid(request.campaignId)) return { kind: 'notFound' };
    if (memberId === null || !isUuid(memberId)) return { kind: 'notFound' };
    const callerKey = createHash('sha256')
      .update(`${viewer.scopeOf('castBallot')} ${request.idempotencyKey}`)
      .digest();
    const outcome = await inTransaction(this.db, (tx) => this.accept(tx, request, memberId, callerKey));
    if (outcome.kind === 'withoutSlot') return this.refuseStranger(request.campaignId, outcome.obstacle, viewer);
    if (outcome.kind !== 'accepted') return outcome;
    // Signed after the commit: no receipt exists for a ballot that does not.
    return {
      kind: 'cast',
      participationId: outcome.participationId,
      receipt: await signReceipt(outcome.receipt, this.serviceKey.privateKey),
      envelopeHash: outcome.receipt.envelopeHash,
      replacedHash: outcome.receipt.replacedHash,
      isReplayed: outcome.isReplayed,
    };
  }

  /** Who may not see the campaign learns no more than that: nothing. */
  private async refuseStranger(campaignId: string, obstacle: CastObstacle, viewer: Viewer): Promise<CastBallotOutcome> {
    const [campaign] = await this.campaigns.findVisible([campaignId], viewer);
    return campaign === null || campaign === undefined ? { kind: 'notFound' } : obstacle;
  }

  private async accept(
    tx: EntityManager,
    { campaignId, envelope }: CastRequest,
    memberId: string,
    callerKey: Buffer,
  ): Promise<Accepted | WithoutSlot | Exclude<CastBallotOutcome, { kind: 'cast' }>> {
    await this.ballots.lockForCasting(tx, campaignId, memberId);
    const record = await this.ballots.findCastRecord(tx, campaignId, memberId, callerKey);
    if (record === null) return { kind: 'notFound' };
    const { slot, organisationId, manifestHash, thumbprint } = record;
    if (slot === null || organisationId === null) {
      return { kind: 'withoutSlot', obstacle: obstacleToCasting(record) ?? { kind: 'notInElectorate' } };
    }
    if (manifestHash === null || thumbprint === null) return obstacleToCasting(record) ?? notPreparedYet(record);
    const check = await checkEnvelope(envelope, { slot, manifestHash, thumbprint, targetCount: record.targetCount });
    if (check.kind === 'refused')
      return obstacleToCasting(record) ?? { kind: 'envelopeRefused', refusal: check.refusal };

    const { envelopeHash } = check;
    // A hash can only be known where this slot has cast before: an envelope is bound to its slot.
    const isHashKnown = record.currentHash !== null && (await this.ballots.isHashKnown(tx, campaignId, envelopeHash));
    const plan = planCast(record, envelopeHash, isHashKnown);
    const ballot = { campaignId, slot, envelope, envelopeHash, replacedHash: record.currentHash, callerKey };
    switch (plan.kind) {
      case 'first': {
        const participationId = await this.ballots.insertFirst(tx, ballot, { memberId, organisationId });
        await this.outbox.add(tx, ballotCast, participationId, {
          participationId,
          campaignId,
          memberId,
          rewardPoints: record.rewardPoints,
        });
        return accepted(campaignId, envelopeHash, null, participationId, false);
      }
      case 'replace':
        await this.ballots.replace(tx, ballot);
        return accepted(campaignId, envelopeHash, plan.replacedHash, participationOf(record), false);
      case 'replay':
        return accepted(campaignId, envelopeHash, plan.replacedHash, participationOf(record), true);
      case 'repeated':
      case 'keyReused':
      case 'annulled':
      case 'notInElectorate':
      case 'notOpen':
      case 'closed':
        return plan;
    }
  }
}

function accepted(
  campaignId: string,
  envelopeHash: string,
  replacedHash: string | null,
  participationId: string,
  isReplayed: boolean,
): Accepted {
  return { kind: 'accepted', participationId, receipt: { campaignId, envelopeHash, replacedHash }, isReplayed };
}

function notPreparedYet(record: CastRecord): CastObstacle {
  return { kind: 'notOpen', opensAt: record.opensAt };
}

function participationOf(record: CastRecord): string {
  if (record.participationId === null) throw new Error('A ballot stands without the mark that its voter took part');
  return record.participationId;
}
