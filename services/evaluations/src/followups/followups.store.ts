import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import { execute, row, rows } from '@zhijia/database';
import { DataSource, type EntityManager } from 'typeorm';
import { isUuid } from '@zhijia/subgraph';
import { campaignWatchers } from '../access/evaluations.permissions.js';
import type { FollowUpFacts } from '../rules/follow-up.js';
import type { RatingFacts } from '../rules/plan-rating.js';

export interface KnownRectification {
  readonly rectificationId: string;
  readonly campaignId: string;
  readonly targetId: string;
  readonly organisationId: string;
}

export interface RectificationRating {
  readonly grade: number;
  readonly comment: string | null;
  readonly ratedAt: string;
}

export interface RatingComment {
  readonly member: { readonly id: string };
  readonly grade: number;
  readonly comment: string;
  readonly ratedAt: string;
}

/** Rectifications that can be rated, and their ratings. */
@Injectable()
export class FollowUpsStore {
  constructor(private readonly db: DataSource) {}

  async markPublished(
    tx: EntityManager,
    published: readonly (KnownRectification & { readonly publishedAt: string })[],
  ): Promise<void> {
    const told = published.map(({ publishedAt, ...known }) => ({ ...known, markedAt: publishedAt }));
    await this.mark(tx, 'published_at', told);
  }

  async markWithdrawn(
    tx: EntityManager,
    withdrawn: readonly (KnownRectification & { readonly withdrawnAt: string })[],
  ): Promise<void> {
    const told = withdrawn.map(({ withdrawnAt, ...known }) => ({ ...known, markedAt: withdrawnAt }));
    await this.mark(tx, 'withdrawn_at', told);
  }

  /** Published and withdrawn come in any order; each leaves its own mark, and the first stays. */
  private async mark(
    tx: EntityManager,
    column: 'published_at' | 'withdrawn_at',
    told: readonly (KnownRectification & { readonly markedAt: string })[],
  ): Promise<void> {
    await execute(
      tx,
      `INSERT INTO known_rectification (id, campaign_id, target_id, organisation_id, ${column})
       SELECT DISTINCT ON ("rectificationId") "rectificationId", "campaignId", "targetId", "organisationId", "markedAt"
         FROM jsonb_to_recordset($1::jsonb) AS told (
           "rectificationId" uuid, "campaignId" uuid, "targetId" uuid, "organisationId" uuid, "markedAt" timestamptz)
        ORDER BY "rectificationId", "markedAt"
       ON CONFLICT (id) DO UPDATE SET ${column} = coalesce(known_rectification.${column}, excluded.${column})`,
      [JSON.stringify(told)],
    );
  }

  /** Locked: the rating and the event about it follow each other in one order. Null where unknown. */
  async lockForRating(
    tx: EntityManager,
    rectificationId: string,
    memberId: string,
  ): Promise<(RatingFacts & { readonly campaignId: string }) | null> {
    return row(
      tx,
      `SELECT k.campaign_id AS "campaignId", k.published_at IS NOT NULL AS "isPublished",
              k.withdrawn_at IS NOT NULL AS "isWithdrawn", c.grade_count AS "gradeCount",
              EXISTS (SELECT 1 FROM participation AS p WHERE p.campaign_id = k.campaign_id AND p.member_id = $2)
                AS "hasTakenPart",
              EXISTS (SELECT 1 FROM rectification_rating AS r WHERE r.rectification_id = k.id AND r.member_id = $2)
                AS "hasRated"
         FROM known_rectification AS k JOIN campaign AS c ON c.id = k.campaign_id
        WHERE k.id = $1 FOR UPDATE OF k`,
      [rectificationId, memberId],
    );
  }

  /** @returns how many have rated it now, and the rating; null where the member has rated it already. */
  async insertRating(
    tx: EntityManager,
    rating: {
      readonly rectificationId: string;
      readonly memberId: string;
      readonly grade: number;
      readonly comment: string | null;
      readonly actedBy: string | null;
    },
  ): Promise<{ readonly answers: number } | null> {
    const inserted = await row(
      tx,
      `INSERT INTO rectification_rating (rectification_id, member_id, grade, comment, acted_by)
       VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING member_id`,
      [rating.rectificationId, rating.memberId, rating.grade, rating.comment, rating.actedBy],
    );
    if (inserted === null) return null;
    return row(
      tx,
      `UPDATE known_rectification SET grade_counts[$2] = grade_counts[$2] + 1 WHERE id = $1
       RETURNING (SELECT sum(count)::integer FROM unnest(grade_counts) AS count) AS answers`,
      [rating.rectificationId, rating.grade],
    );
  }

  async findRating(rectificationId: string, memberId: string): Promise<RectificationRating | null> {
    return row(
      this.db,
      `SELECT grade, comment, rated_at AS "ratedAt" FROM rectification_rating
        WHERE rectification_id = $1 AND member_id = $2`,
      [rectificationId, memberId],
    );
  }

  /** In the order of the ids; null for those that are not published. */
  async findFollowUps(rectificationIds: readonly string[], memberId: string | null): Promise<(FollowUpFacts | null)[]> {
    const found = await rows<FollowUpFacts>(
      this.db,
      `SELECT k.id AS "rectificationId", k.withdrawn_at IS NOT NULL AS "isWithdrawn",
              k.grade_counts[1:c.grade_count] AS "gradeCounts", c.grade_count AS "gradeCount",
              c.bad_from_grade AS "badFromGrade", p.id IS NOT NULL AS "hasTakenPart",
              r.grade AS "myGrade", r.comment AS "myComment", r.rated_at AS "myRatedAt"
         FROM known_rectification AS k
         JOIN campaign AS c ON c.id = k.campaign_id
         LEFT JOIN participation AS p ON p.campaign_id = k.campaign_id AND p.member_id = $2::uuid
         LEFT JOIN rectification_rating AS r ON r.rectification_id = k.id AND r.member_id = $2::uuid
        WHERE k.id = ANY ($1::uuid[]) AND k.published_at IS NOT NULL`,
      [rectificationIds.filter(isUuid), memberId],
    );
    const byId = new Map(found.map((one) => [one.rectificationId, one]));
    return rectificationIds.map((id) => byId.get(id) ?? null);
  }

  /** Null for who is no officer of the organisation that owes it, of the organiser, or above them. */
  async listComments(
    rectificationId: string,
    viewer: Viewer,
    page: { readonly before: readonly [ratedAt: string, memberId: string] | null; readonly limit: number },
  ): Promise<RatingComment[] | null> {
    const isOfficer = await row(
      this.db,
      `SELECT 1 FROM known_rectification AS k JOIN campaign AS c ON c.id = k.campaign_id
        WHERE k.id = $1
          AND EXISTS (SELECT 1 FROM known_organisation AS concerned, known_organisation AS office
                       WHERE concerned.id IN (k.organisation_id, c.organiser_id) AND office.id = ANY ($2::uuid[])
                         AND concerned.path <@ office.path)`,
      [rectificationId, viewer.organisationsOf(...campaignWatchers).filter(isUuid)],
    );
    if (isOfficer === null) return null;
    const found = await rows<Omit<RatingComment, 'member'> & { memberId: string }>(
      this.db,
      `SELECT member_id AS "memberId", grade, comment, rated_at AS "ratedAt" FROM rectification_rating
        WHERE rectification_id = $1 AND comment IS NOT NULL
          AND ($2::timestamptz IS NULL OR (rated_at, member_id) < ($2::timestamptz, $3::uuid))
        ORDER BY rated_at DESC, member_id DESC LIMIT $4`,
      [rectificationId, page.before?.[0] ?? null, page.before?.[1] ?? null, page.limit],
    );
    return found.map(({ memberId, ...rest }) => ({ member: { id: memberId }, ...rest }));
  }
}
