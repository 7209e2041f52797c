import { Injectable } from '@nestjs/common';
import { row, rows } from '@zhijia/database';
import { DataSource } from 'typeorm';
import type { CampaignTarget } from '../campaigns/campaigns.store.js';

export interface Distribution {
  readonly gradeCounts: readonly number[];
  readonly dontKnow: number;
  readonly none: number;
  readonly answers: number;
  readonly passShare: number | null;
  readonly badShare: number | null;
}

export interface ResultStratum {
  readonly name: string;
  readonly merges: readonly string[];
  readonly ballots: number;
}

export interface CellDistribution {
  readonly position: number;
  readonly cell: {
    readonly name: string;
    readonly organisation: { readonly id: string };
    readonly nameZh: string;
    readonly nameEn: string | null;
    readonly organisationCount: number;
    readonly electorateSize: number;
    readonly ballots: number;
  };
  readonly distribution: Distribution;
}

export interface TargetResult {
  readonly campaignId: string;
  readonly target: CampaignTarget;
  readonly total: Distribution;
  readonly isBelowLine: boolean;
  readonly byStratum: readonly { readonly stratum: ResultStratum; readonly distribution: Distribution }[];
}

export interface CampaignResults {
  readonly campaignId: string;
  readonly isValid: boolean;
  readonly electorateSize: number;
  readonly cast: number;
  readonly turnout: number;
  readonly counted: number;
  readonly spoiled: number;
  readonly replaced: number;
  readonly cellCount: number;
  readonly boardHash: string;
  readonly boardBytes: number;
  readonly isAnnulled: boolean;
}

export interface CellPage {
  readonly campaignId: string;
  readonly targetId: string;
  /** Position after which the page begins, -1 for the first. */
  readonly after: number;
  readonly limit: number;
}

interface TargetRow extends Distribution {
  readonly campaignId: string;
  readonly targetId: string;
  readonly targetPosition: number;
  readonly kind: 'TOTAL' | 'STRATUM';
  readonly isBelowLine: boolean | null;
  readonly nameZh: string;
  readonly nameEn: string | null;
  readonly organisationId: string;
  readonly stratum: string | null;
  readonly merges: string[] | null;
  readonly ballots: number | null;
}

const distributionColumns = `r.grade_counts AS "gradeCounts", r.dont_know_count AS "dontKnow", r.none_count AS none,
  r.answers, r.pass_share_basis_points AS "passShare", r.bad_share_basis_points AS "badShare"`;

/** Reads what the tally published. */
@Injectable()
export class ResultsStore {
  constructor(private readonly db: DataSource) {}

  /** In the order of the campaigns; null where nothing is published. */
  async findResults(campaignIds: readonly string[]): Promise<(CampaignResults | null)[]> {
    const found = await rows<CampaignResults>(
      this.db,
      `SELECT r.campaign_id AS "campaignId", r.is_valid AS "isValid", r.slots AS "electorateSize",
              r.cast_ballots AS cast, r.turnout_basis_points AS turnout, r.counted, r.spoiled, r.replaced,
              (SELECT count(*) FROM result_group AS g WHERE g.campaign_id = r.campaign_id AND g.kind = 'CELL')
                AS "cellCount",
              r.board_hash AS "boardHash", r.board_bytes AS "boardBytes", c.annulled_at IS NOT NULL AS "isAnnulled"
         FROM campaign_result AS r JOIN campaign AS c ON c.id = r.campaign_id
        WHERE r.campaign_id = ANY ($1::uuid[])`,
      [campaignIds],
    );
    const byId = new Map(found.map((one) => [one.campaignId, one]));
    return campaignIds.map((id) => byId.get(id) ?? null);
  }

  /** Totals and strata of every target, in ballot order. */
  async listTargets(campaignIds: readonly string[]): Promise<TargetResult[][]> {
    const found = await rows<TargetRow>(
      this.db,
      `SELECT r.campaign_id AS "campaignId", r.target_id AS "targetId", t.position AS "targetPosition", r.kind,
              r.is_below_line AS "isBelowLine", t.name_zh AS "nameZh", t.name_en AS "nameEn",
              t.organisation_id AS "organisationId", g.name AS stratum, g.merges, g.ballots, ${distributionColumns}
         FROM target_result AS r
         JOIN campaign_target AS t ON t.id = r.target_id
         LEFT JOIN result_group AS g
           ON g.campaign_id = r.campaign_id AND g.kind = 'STRATUM' AND r.kind = 'STRATUM' AND g.position = r.position
        WHERE r.campaign_id = ANY ($1::uuid[]) AND r.kind IN ('TOTAL', 'STRATUM')
        ORDER BY r.campaign_id, t.position, r.position`,
      [campaignIds],
    );
    const byCampaign = Map.groupBy(found, (one) => one.campaignId);
    return campaignIds.map((campaignId) => {
      const byTarget = Map.groupBy(byCampaign.get(campaignId) ?? [], (one) => one.targetId);
      return [...byTarget.values()].flatMap(targetResultOf);
    });
  }

  async listStrata(campaignId: string): Promise<ResultStratum[]> {
    return rows(
      this.db,
      `SELECT name, merges, ballots FROM result_group WHERE campaign_id = $1 AND kind = 'STRATUM' ORDER BY position`,
      [campaignId],
    );
  }

  /**
   * Pages of cells of several targets in one statement; one row more than the page where there is a next one. Each page is
   * cut before anything is joined: otherwise the planner joins every cell of the campaign to every target first.
   */
  async listCells(pages: readonly CellPage[]): Promise<CellDistribution[][]> {
    const found = await rows<
      Distribution & {
        page: number;
        position: number;
        name: string;
        organisationId: string;
        nameZh: string;
        nameEn: string | null;
        organisationCount: number;
        electorateSize: number;
        ballots: number;
      }
    >(
      this.db,
      `SELECT wanted.page, r.position, g.name, g.organisation_id AS "organisationId", o.name_zh AS "nameZh",
              o.name_en AS "nameEn", cardinality(g.organisation_ids) AS "organisationCount",
              g.slots AS "electorateSize", g.ballots, ${distributionColumns}
         FROM jsonb_to_recordset($1::jsonb) AS wanted (
                "campaignId" uuid, "targetId" uuid, after integer, "limit" integer, page integer)
        CROSS JOIN LATERAL (
          SELECT * FROM target_result AS one
           WHERE one.campaign_id = wanted."campaignId" AND one.target_id = wanted."targetId" AND one.kind = 'CELL'
             AND one.position > wanted.after
           ORDER BY one.position LIMIT wanted."limit" + 1) AS r
         JOIN result_group AS g ON g.campaign_id = r.campaign_id AND g.kind = 'CELL' AND g.position = r.position
         JOIN electorate_organisation AS o ON o.campaign_id = g.campaign_id AND o.organisation_id = g.organisation_id
        ORDER BY wanted.page, r.position`,
      [JSON.stringify(pages.map((page, index) => ({ ...page, page: index })))],
    );
    const byPage = Map.groupBy(found, (one) => one.page);
    return pages.map((_, index) =>
      (byPage.get(index) ?? []).map((one) => ({
        position: one.position,
        cell: {
          name: one.name,
          organisation: { id: one.organisationId },
          nameZh: one.nameZh,
          nameEn: one.nameEn,
          organisationCount: one.organisationCount,
          electorateSize: one.electorateSize,
          ballots: one.ballots,
        },
        distribution: distributionOf(one),
      })),
    );
  }

  /** Some bytes of a board, in order; null after the last. */
  async findBoardChunk(campaignId: string, position: number): Promise<Buffer | null> {
    const found = await row<{ bytes: Buffer }>(
      this.db,
      `SELECT bytes FROM board_chunk WHERE campaign_id = $1 AND position = $2`,
      [campaignId, position],
    );
    return found?.bytes ?? null;
  }
}

function targetResultOf(of: readonly TargetRow[]): TargetResult[] {
  const total = of.find((one) => one.kind === 'TOTAL');
  if (total === undefined) return [];
  return [
    {
      campaignId: total.campaignId,
      target: {
        id: total.targetId,
        campaignId: total.campaignId,
        position: total.targetPosition,
        nameZh: total.nameZh,
        nameEn: total.nameEn,
        organisation: { id: total.organisationId },
      },
      total: distributionOf(total),
      isBelowLine: total.isBelowLine ?? false,
      byStratum: of
        .filter((one) => one.kind === 'STRATUM')
        .map((one) => ({
          stratum: { name: one.stratum ?? '', merges: one.merges ?? [], ballots: one.ballots ?? 0 },
          distribution: distributionOf(one),
        })),
    },
  ];
}

function distributionOf(one: Distribution): Distribution {
  const { gradeCounts, dontKnow, none, answers, passShare, badShare } = one;
  return { gradeCounts, dontKnow, none, answers, passShare, badShare };
}
