import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import { lookUp, row, rows } from '@zhijia/database';
import { DataSource } from 'typeorm';
import { isUuid } from '@zhijia/subgraph';
import { campaignColumns, campaignOf, campaignTables, type Campaign, type CampaignRow } from './campaign.row.js';

export interface CampaignTarget {
  readonly id: string;
  readonly campaignId: string;
  readonly position: number;
  readonly nameZh: string;
  readonly nameEn: string | null;
  readonly organisation: { readonly id: string };
}

/** The organisations a viewer belongs to or holds a role in ($1), and the member they are ($2). */
const mine = `
  mine AS (
    SELECT id, path FROM known_organisation
     WHERE id = ANY ($1::uuid[]) OR id = (SELECT organisation_id FROM known_member WHERE id = $2::uuid)
  )`;

/**
 * A campaign concerns who stands above or below its organiser, whose organisation is rated by it, and who may take part
 * or has, wherever they moved since.
 */
const concernsViewer = `(
  EXISTS (SELECT 1 FROM known_organisation AS organiser, mine
           WHERE organiser.id = c.organiser_id AND (mine.path <@ organiser.path OR organiser.path <@ mine.path))
  OR EXISTS (SELECT 1 FROM campaign_target AS target, mine
              WHERE target.campaign_id = c.id AND target.organisation_id = mine.id)
  OR EXISTS (SELECT 1 FROM participation AS p WHERE p.campaign_id = c.id AND p.member_id = $2::uuid)
  OR EXISTS (SELECT 1 FROM electorate_slot AS s WHERE s.campaign_id = c.id AND s.member_id = $2::uuid))`;

const mostAwaiting = 50;

/** A campaign that a member may take part in, with their place in it. */
export interface AwaitingCampaign {
  readonly campaign: Campaign;
  readonly slot: string;
}

/** Reads campaigns under the viewer's rights. */
@Injectable()
export class CampaignsStore {
  constructor(private readonly db: DataSource) {}

  /** In the order of the ids; null where unknown or none of the viewer's business. */
  async findVisible(ids: readonly string[], viewer: Viewer): Promise<(Campaign | null)[]> {
    const wanted = ids.filter(isUuid);
    if (wanted.length === 0) return ids.map(() => null);
    const found = await rows<CampaignRow>(
      this.db,
      `WITH ${mine} SELECT ${campaignColumns} FROM ${campaignTables} WHERE c.id = ANY ($3::uuid[]) AND ${concernsViewer}`,
      [...scopeOf(viewer), wanted],
    );
    const byId = new Map(found.map((one) => [one.id, campaignOf(one)]));
    return ids.map((id) => byId.get(id) ?? null);
  }

  /** The newest first: campaign ids are made in the order of opening. */
  async listVisible(
    viewer: Viewer,
    page: { readonly before: string | null; readonly limit: number; readonly states: readonly string[] | null },
  ): Promise<Campaign[]> {
    const found = await rows<CampaignRow>(
      this.db,
      `WITH ${mine} SELECT * FROM (
         SELECT ${campaignColumns} FROM ${campaignTables}
          WHERE ($3::uuid IS NULL OR c.id < $3::uuid) AND ${concernsViewer}
       ) AS visible
        WHERE $4::text[] IS NULL OR state = ANY ($4::text[])
        ORDER BY id DESC LIMIT $5`,
      [...scopeOf(viewer), page.before, page.states, page.limit],
    );
    return found.map(campaignOf);
  }

  /** What a member may still take part in and has not, the one that closes first ahead. On every member's home page. */
  async listAwaiting(memberId: string): Promise<AwaitingCampaign[]> {
    const found = await lookUp<CampaignRow & { slot: string }>(
      this.db,
      `SELECT ${campaignColumns}, s.slot
         FROM ${campaignTables} JOIN electorate_slot AS s ON s.campaign_id = c.id
        WHERE c.state = 'OPEN' AND c.linkage_dropped_at IS NULL AND c.closes_at > clock.now AND s.member_id = $1
          AND NOT EXISTS (SELECT 1 FROM participation AS p WHERE p.member_id = $1 AND p.campaign_id = c.id)
        ORDER BY c.closes_at, c.id LIMIT ${mostAwaiting}`,
      [memberId],
    );
    return found.map((one) => ({ campaign: campaignOf(one), slot: one.slot }));
  }

  /** The targets of each campaign, in ballot order. */
  async listTargets(campaignIds: readonly string[]): Promise<CampaignTarget[][]> {
    const found = await rows<Omit<CampaignTarget, 'organisation'> & { organisationId: string }>(
      this.db,
      `SELECT id, campaign_id AS "campaignId", position, name_zh AS "nameZh", name_en AS "nameEn",
              organisation_id AS "organisationId"
         FROM campaign_target WHERE campaign_id = ANY ($1::uuid[]) ORDER BY campaign_id, position`,
      [campaignIds],
    );
    const byCampaign = Map.groupBy(found, (target) => target.campaignId);
    return campaignIds.map((id) =>
      (byCampaign.get(id) ?? []).map((target) => ({ ...target, organisation: { id: target.organisationId } })),
    );
  }

  async findManifestByHash(hash: string): Promise<string | null> {
    const found = await row<{ jws: string }>(
      this.db,
      `SELECT manifest_jws AS jws FROM campaign WHERE manifest_hash = $1 LIMIT 1`,
      [hash],
    );
    return found?.jws ?? null;
  }

  async findManifest(campaignId: string): Promise<string | null> {
    const found = await row<{ jws: string | null }>(this.db, `SELECT manifest_jws AS jws FROM campaign WHERE id = $1`, [
      campaignId,
    ]);
    return found?.jws ?? null;
  }
}

function scopeOf(viewer: Viewer): [string[], string | null] {
  const organisationIds = viewer.roles.map((grant) => grant.organisationId).filter(isUuid);
  return [organisationIds, viewer.memberId !== null && isUuid(viewer.memberId) ? viewer.memberId : null];
}
