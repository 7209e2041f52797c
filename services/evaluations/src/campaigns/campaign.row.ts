import { clockTable } from '@zhijia/database';
import type { GradeLabel } from '../rules/grade-labels.js';

/** A campaign with the property names of the schema, so that most fields need no resolver. */
export interface Campaign {
  readonly id: string;
  readonly titleZh: string;
  readonly titleEn: string;
  readonly state: string;
  readonly organiser: { readonly id: string };
  readonly opensAt: string;
  readonly closesAt: string;
  readonly closedAt: string | null;
  readonly finishedAt: string | null;
  readonly questionSet: {
    readonly id: string;
    readonly version: number;
    readonly questionZh: string;
    readonly questionEn: string;
    readonly gradeLabels: readonly GradeLabel[];
    readonly hash: string;
  };
  readonly electorate: {
    readonly root: { readonly id: string };
    readonly requiresVerification: boolean;
    readonly asOf: string;
    readonly size: number;
  };
  readonly rules: {
    readonly gradeCount: number;
    readonly badFromGrade: number;
    readonly passLine: number;
    readonly minTurnout: number;
    readonly minimumCell: number;
    readonly strata: readonly string[];
    readonly hasCodes: boolean;
    readonly policyVersions: readonly { readonly key: string; readonly version: number }[];
  };
  readonly reward: {
    readonly pointsPerMember: number;
    readonly poolPoints: number;
    readonly standing: 'AVAILABLE' | 'POOL_EMPTY';
  } | null;
  /** The signed text is loaded when it is asked for: it names every organisation of the electorate. */
  readonly manifest: { readonly campaignId: string; readonly hash: string; readonly fingerprint: string } | null;
  readonly closingDigest: string | null;
  readonly annulment: { readonly reason: string; readonly annulledAt: string } | null;
}

export interface CampaignRow {
  id: string;
  titleZh: string;
  titleEn: string;
  state: string;
  organiserId: string;
  opensAt: string;
  closesAt: string;
  closedAt: string | null;
  finishedAt: string | null;
  questionSetId: string;
  questionSetVersion: number;
  questionZh: string;
  questionEn: string;
  gradeLabels: GradeLabel[];
  questionSetHash: string;
  electorateRootId: string;
  requiresVerification: boolean;
  asOf: string;
  electorateSize: number;
  gradeCount: number;
  badFromGrade: number;
  passLine: number;
  minTurnout: number;
  minimumCell: number;
  strata: string[];
  hasCodes: boolean;
  policyVersions: Record<string, number>;
  pointsPerMember: number | null;
  poolPoints: number | null;
  isPoolEmpty: boolean;
  manifestHash: string | null;
  manifestFingerprint: string | null;
  closingDigest: string | null;
  annulledAt: string | null;
  annulmentReason: string | null;
}

/** What every read of campaigns selects from `campaignTables`. */
export const campaignColumns = `
  c.id, c.title_zh AS "titleZh", c.title_en AS "titleEn",
  CASE WHEN c.state = 'OPEN' AND clock.now < c.opens_at THEN 'SCHEDULED'
       WHEN c.state = 'OPEN' AND clock.now >= c.closes_at THEN 'CLOSING'
       ELSE c.state END AS state,
  c.organiser_id AS "organiserId", c.opens_at AS "opensAt", c.closes_at AS "closesAt", c.closed_at AS "closedAt",
  c.finished_at AS "finishedAt", c.question_set_id AS "questionSetId", c.question_set_version AS "questionSetVersion",
  q.question_zh AS "questionZh", q.question_en AS "questionEn", q.grade_labels AS "gradeLabels",
  q.hash AS "questionSetHash", c.electorate_root_id AS "electorateRootId",
  c.requires_verification AS "requiresVerification", c.electorate_as_of AS "asOf",
  c.electorate_size AS "electorateSize", c.grade_count AS "gradeCount", c.bad_from_grade AS "badFromGrade",
  c.pass_line_basis_points AS "passLine", c.min_turnout_basis_points AS "minTurnout",
  c.minimum_cell AS "minimumCell", c.strata, c.has_codes AS "hasCodes", c.policy_versions AS "policyVersions",
  c.points_per_member AS "pointsPerMember", c.pool_points AS "poolPoints",
  EXISTS (SELECT 1 FROM known_reward_pool AS pool WHERE pool.campaign_id = c.id) AS "isPoolEmpty",
  c.manifest_hash AS "manifestHash", c.manifest_fingerprint AS "manifestFingerprint",
  c.closing_digest_jws AS "closingDigest", c.annulled_at AS "annulledAt", c.annulment_reason AS "annulmentReason"`;

export const campaignTables = `
  campaign AS c JOIN question_set AS q ON q.id = c.question_set_id AND q.version = c.question_set_version
  CROSS JOIN ${clockTable}`;

export function campaignOf(row: CampaignRow): Campaign {
  return {
    id: row.id,
    titleZh: row.titleZh,
    titleEn: row.titleEn,
    state: row.state,
    organiser: { id: row.organiserId },
    opensAt: row.opensAt,
    closesAt: row.closesAt,
    closedAt: row.closedAt,
    finishedAt: row.finishedAt,
    questionSet: {
      id: row.questionSetId,
      version: row.questionSetVersion,
      questionZh: row.questionZh,
      questionEn: row.questionEn,
      gradeLabels: row.gradeLabels,
      hash: row.questionSetHash,
    },
    electorate: {
      root: { id: row.electorateRootId },
      requiresVerification: row.requiresVerification,
      asOf: row.asOf,
      size: row.electorateSize,
    },
    rules: {
      gradeCount: row.gradeCount,
      badFromGrade: row.badFromGrade,
      passLine: row.passLine,
      minTurnout: row.minTurnout,
      minimumCell: row.minimumCell,
      strata: row.strata,
      hasCodes: row.hasCodes,
      policyVersions: Object.entries(row.policyVersions).map(([key, version]) => ({ key, version })),
    },
    reward:
      row.pointsPerMember === null || row.poolPoints === null
        ? null
        : {
            pointsPerMember: row.pointsPerMember,
            poolPoints: row.poolPoints,
            standing: row.isPoolEmpty ? 'POOL_EMPTY' : 'AVAILABLE',
          },
    manifest:
      row.manifestHash === null || row.manifestFingerprint === null
        ? null
        : { campaignId: row.id, hash: row.manifestHash, fingerprint: row.manifestFingerprint },
    closingDigest: row.closingDigest,
    annulment:
      row.annulledAt === null || row.annulmentReason === null
        ? null
        : { reason: row.annulmentReason, annulledAt: row.annulledAt },
  };
}
