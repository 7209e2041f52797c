import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import { execute, row, rows } from '@zhijia/database';
import type { EntityManager } from 'typeorm';
import { isUuid } from '@zhijia/subgraph';
import { campaignOrganisers } from '../access/evaluations.permissions.js';
import type { GradeLabel } from '../rules/grade-labels.js';
import type { OpeningRequest, OpeningTerms } from '../rules/plan-opening.js';

export interface Surroundings {
  readonly now: string;
  readonly today: string;
  readonly isOrganiserInReach: boolean;
  readonly isElectorateInReach: boolean;
}

export interface QuestionSetRecord {
  readonly id: string;
  readonly version: number;
  readonly questionZh: string;
  readonly questionEn: string;
  readonly gradeLabels: readonly GradeLabel[];
  readonly hash: string;
}

/** What an opening asks and writes, except the electorate. */
@Injectable()
export class OpeningsStore {
  async findSurroundings(tx: EntityManager, request: OpeningRequest, viewer: Viewer): Promise<Surroundings> {
    const found = await row<Surroundings>(
      tx,
      `SELECT zhijia_now() AS now, zhijia_today() AS today,
              EXISTS (SELECT 1 FROM known_organisation AS organiser, known_organisation AS office
                       WHERE organiser.id = $1::uuid AND organiser.status = 'ACTIVE' AND office.id = ANY ($3::uuid[])
                         AND organiser.path <@ office.path) AS "isOrganiserInReach",
              EXISTS (SELECT 1 FROM known_organisation AS organiser, known_organisation AS root
                       WHERE organiser.id = $1::uuid AND root.id = $2::uuid
                         AND root.path <@ organiser.path) AS "isElectorateInReach"`,
      [
        uuidOrNull(request.organiserId),
        uuidOrNull(request.electorate.rootOrganisationId),
        viewer.organisationsOf(...campaignOrganisers).filter(isUuid),
      ],
    );
    if (found === null) throw new Error('A SELECT without FROM answered no row');
    return found;
  }

  async listUnknownTargets(tx: EntityManager, organisationIds: readonly string[]): Promise<string[]> {
    const known = await rows<{ id: string }>(
      tx,
      `SELECT id FROM known_organisation WHERE id = ANY ($1::uuid[]) AND status = 'ACTIVE'`,
      [organisationIds.filter(isUuid)],
    );
    const ids = new Set(known.map((one) => one.id));
    return organisationIds.filter((id) => !ids.has(id));
  }

  /** Keeps the first wording of a version. @returns whether this is it. */
  async keepQuestionSet(tx: EntityManager, questionSet: QuestionSetRecord): Promise<boolean> {
    await execute(
      tx,
      `INSERT INTO question_set (id, version, question_zh, question_en, grade_labels, hash)
       VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id, version) DO NOTHING`,
      [
        questionSet.id,
        questionSet.version,
        questionSet.questionZh,
        questionSet.questionEn,
        JSON.stringify(questionSet.gradeLabels),
        questionSet.hash,
      ],
    );
    const kept = await row<{ hash: string }>(tx, `SELECT hash FROM question_set WHERE id = $1 AND version = $2`, [
      questionSet.id,
      questionSet.version,
    ]);
    return kept?.hash === questionSet.hash;
  }

  async findQuestionSetHash(tx: EntityManager, id: string, version: number): Promise<string | null> {
    const found = await row<{ hash: string }>(tx, `SELECT hash FROM question_set WHERE id = $1 AND version = $2`, [
      id,
      version,
    ]);
    return found?.hash ?? null;
  }

  async insertCampaign(
    tx: EntityManager,
    request: OpeningRequest,
    terms: OpeningTerms,
    electorateSize: number,
    policyVersions: Readonly<Record<string, number>>,
  ): Promise<string> {
    const inserted = await row<{ id: string }>(
      tx,
      `INSERT INTO campaign (organiser_id, title_zh, title_en, question_set_id, question_set_version, opens_at,
         closes_at, electorate_root_id, requires_verification, electorate_as_of, target_count, grade_count,
         bad_from_grade, minimum_cell, pass_line_basis_points, min_turnout_basis_points, strata, has_codes,
         points_per_member, pool_points, policy_versions, electorate_size)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
       RETURNING id`,
      [
        request.organiserId,
        request.titleZh.trim(),
        request.titleEn.trim(),
        request.questionSet.id,
        request.questionSet.version,
        terms.opensAt,
        terms.closesAt,
        request.electorate.rootOrganisationId,
        request.electorate.requiresVerification,
        terms.asOf,
        request.targetOrganisationIds.length,
        terms.gradeCount,
        terms.badFromGrade,
        terms.minimumCell,
        terms.passLineBasisPoints,
        terms.minTurnoutBasisPoints,
        [...terms.strata],
        terms.hasCodes,
        terms.reward?.pointsPerMember ?? null,
        terms.reward?.poolPoints ?? null,
        JSON.stringify(policyVersions),
        electorateSize,
      ],
    );
    if (inserted === null) throw new Error('INSERT ... RETURNING answered no row');
    await execute(
      tx,
      `INSERT INTO campaign_target (campaign_id, position, organisation_id, name_zh, name_en)
       SELECT $1, wanted.position, o.id, o.name_zh, o.name_en
         FROM unnest($2::uuid[]) WITH ORDINALITY AS wanted (id, position)
         JOIN known_organisation AS o ON o.id = wanted.id ORDER BY wanted.position`,
      [inserted.id, [...request.targetOrganisationIds]],
    );
    return inserted.id;
  }
}

function uuidOrNull(text: string): string | null {
  return isUuid(text) ? text : null;
}
