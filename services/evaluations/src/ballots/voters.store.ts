import { Injectable } from '@nestjs/common';
import { clockTable, lookUp, rows } from '@zhijia/database';
import { DataSource } from 'typeorm';
import type { AwaitingCampaign } from '../campaigns/campaigns.store.js';
import type { TakingPartFacts } from '../rules/taking-part.js';

/** A member before a campaign: their place in it, and what keeps them from casting. */
export interface Voter extends TakingPartFacts {
  readonly campaignId: string;
  readonly memberId: string;
  readonly manifestHash: string | null;
  readonly fingerprint: string | null;
  readonly participationId: string | null;
}

export interface Participation {
  readonly id: string;
  readonly memberId: string;
  readonly campaign: { readonly id: string };
  readonly member: { readonly id: string };
}

/** Reads about voters; what they cast is written elsewhere. */
@Injectable()
export class VotersStore {
  constructor(private readonly db: DataSource) {}

  /** One member before several campaigns, in the order of the campaigns. */
  async listVoters(campaignIds: readonly string[], memberId: string): Promise<(Voter | null)[]> {
    const found = await lookUp<Omit<Voter, 'earlier' | 'currentHash' | 'hasTakenPart' | 'memberId'>>(
      this.db,
      `SELECT c.id AS "campaignId", c.state, c.opens_at <= clock.now AS "hasBegun",
              c.closes_at <= clock.now AS "isOver", c.opens_at AS "opensAt", c.closed_at AS "closedAt",
              c.annulled_at AS "annulledAt", c.requires_verification AS "requiresVerification",
              c.manifest_hash AS "manifestHash", c.manifest_fingerprint AS fingerprint,
              s.slot, p.id AS "participationId", m.verification
         FROM campaign AS c CROSS JOIN ${clockTable}
         LEFT JOIN electorate_slot AS s ON s.campaign_id = c.id AND s.member_id = $2::uuid
         LEFT JOIN participation AS p ON p.campaign_id = c.id AND p.member_id = $2::uuid
         LEFT JOIN known_member AS m ON m.id = $2::uuid
        WHERE c.id = ANY ($1::uuid[])`,
      [campaignIds, memberId],
    );
    const byCampaign = new Map(found.map((one) => [one.campaignId, one]));
    return campaignIds.map((id) => {
      const one = byCampaign.get(id);
      if (one === undefined) return null;
      return { ...one, memberId, earlier: null, currentHash: null, hasTakenPart: one.participationId !== null };
    });
  }

  /** The member's own, in the order of the ids; null for unknown ones and those of others. */
  async findParticipations(ids: readonly string[], memberId: string | null): Promise<(Participation | null)[]> {
    if (memberId === null) return ids.map(() => null);
    const found = await rows<{ id: string; campaignId: string }>(
      this.db,
      `SELECT id, campaign_id AS "campaignId" FROM participation WHERE id = ANY ($1::uuid[]) AND member_id = $2::uuid`,
      [ids, memberId],
    );
    const byId = new Map(found.map((one) => [one.id, participationOf(one.id, memberId, one.campaignId)]));
    return ids.map((id) => byId.get(id) ?? null);
  }
}

/** The member before a campaign that awaits them: it is open, it is not over, and they have not taken part. */
export function voterOfAwaiting({ campaign, slot }: AwaitingCampaign, memberId: string): Voter {
  return {
    campaignId: campaign.id,
    memberId,
    state: 'OPEN',
    hasBegun: campaign.state !== 'SCHEDULED',
    isOver: false,
    opensAt: campaign.opensAt,
    closedAt: null,
    annulledAt: null,
    slot,
    requiresVerification: campaign.electorate.requiresVerification,
    // Asked only of members without a slot.
    verification: null,
    manifestHash: campaign.manifest?.hash ?? null,
    fingerprint: campaign.manifest?.fingerprint ?? null,
    participationId: null,
    earlier: null,
    currentHash: null,
    hasTakenPart: false,
  };
}

export function participationOf(id: string, memberId: string, campaignId: string): Participation {
  return { id, memberId, member: { id: memberId }, campaign: { id: campaignId } };
}
