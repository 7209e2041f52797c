import { Injectable } from '@nestjs/common';
import type { Manifest } from '@zhijia/ballot';
import { execute, row, rows, type Queryable } from '@zhijia/database';
import type { JSONWebKeySet } from 'jose';
import type { EntityManager } from 'typeorm';

export interface PreparedCampaign {
  readonly id: string;
  readonly organiserId: string;
  readonly opensAt: string;
  readonly closesAt: string;
  readonly questionSetHash: string;
  readonly gradeCount: number;
  readonly badFromGrade: number;
  readonly minimumCell: number;
  readonly passLineBasisPoints: number;
  readonly minTurnoutBasisPoints: number;
  readonly strata: string[];
  readonly hasCodes: boolean;
  readonly pointsPerMember: number | null;
  readonly poolPoints: number | null;
  readonly publicKey: Manifest['key']['publicKey'];
  readonly thumbprint: string;
  readonly targetIds: string[];
}

/** What the signing of a manifest asks and writes. */
@Injectable()
export class PreparationsStore {
  /** Campaigns in preparation, and what of it is done. */
  async listPreparing(db: Queryable): Promise<{ id: string; isFrozen: boolean; hasKey: boolean }[]> {
    return rows(
      db,
      `SELECT c.id, EXISTS (SELECT 1 FROM electorate_organisation AS o WHERE o.campaign_id = c.id) AS "isFrozen",
              EXISTS (SELECT 1 FROM campaign_key AS k WHERE k.campaign_id = c.id) AS "hasKey"
         FROM campaign AS c WHERE c.state = 'PREPARING' AND c.linkage_dropped_at IS NULL ORDER BY c.id`,
    );
  }

  /** The campaign with its key, locked; null when it is no longer in preparation. */
  async lockPrepared(tx: EntityManager, campaignId: string): Promise<PreparedCampaign | null> {
    return row(
      tx,
      `SELECT c.id, c.organiser_id AS "organiserId", c.opens_at AS "opensAt", c.closes_at AS "closesAt",
              q.hash AS "questionSetHash", c.grade_count AS "gradeCount", c.bad_from_grade AS "badFromGrade",
              c.minimum_cell AS "minimumCell", c.pass_line_basis_points AS "passLineBasisPoints",
              c.min_turnout_basis_points AS "minTurnoutBasisPoints", c.strata, c.has_codes AS "hasCodes",
              c.points_per_member AS "pointsPerMember", c.pool_points AS "poolPoints",
              k.public_key AS "publicKey", k.thumbprint,
              ARRAY (SELECT t.id::text FROM campaign_target AS t WHERE t.campaign_id = c.id ORDER BY t.position)
                AS "targetIds"
         FROM campaign AS c
         JOIN question_set AS q ON q.id = c.question_set_id AND q.version = c.question_set_version
         JOIN campaign_key AS k ON k.campaign_id = c.id
        WHERE c.id = $1 AND c.state = 'PREPARING' FOR UPDATE OF c`,
      [campaignId],
    );
  }

  async markOpen(
    tx: EntityManager,
    campaignId: string,
    manifest: {
      readonly jws: string;
      readonly hash: string;
      readonly fingerprint: string;
      readonly thumbprint: string;
      readonly serviceKeys: JSONWebKeySet;
    },
  ): Promise<void> {
    await execute(
      tx,
      `UPDATE campaign SET state = 'OPEN', manifest_jws = $2, manifest_hash = $3, manifest_fingerprint = $4,
              key_thumbprint = $5, service_keys = $6
        WHERE id = $1`,
      [
        campaignId,
        manifest.jws,
        manifest.hash,
        manifest.fingerprint,
        manifest.thumbprint,
        JSON.stringify(manifest.serviceKeys),
      ],
    );
  }
}
