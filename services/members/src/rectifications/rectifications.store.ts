import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import { rows } from '@zhijia/database';
import { isUuid } from '@zhijia/subgraph';
import { DataSource } from 'typeorm';
import { rectificationReaders } from '../access/members.permissions.js';
import type { RectificationState } from '../rules/plan-rectification-step.js';

export interface RectificationText {
  text: string;
  filedAt: string;
}

/** As the schema names it. `isInReach`: an officer of either side, or an auditor above, asks. */
export interface RectificationRow {
  id: string;
  campaignId: string;
  targetId: string;
  organisationId: string;
  organiserId: string;
  state: RectificationState;
  passShare: number;
  passLine: number;
  openedAt: string;
  planDueAt: string;
  isOverdue: boolean;
  escalatedAt: string | null;
  escalatedToId: string | null;
  publishedAt: string | null;
  plan: RectificationText | null;
  result: RectificationText | null;
  isInReach: boolean;
}

export interface OwedFilter {
  organisationId: string | null;
  states: readonly RectificationState[] | null;
  isOverdue: boolean;
}

export interface OwedKeyset {
  planDueAt: string;
  id: string;
}

export interface EvidenceRow {
  id: string;
  rectificationId: string;
  text: string;
  addedAt: string;
}

export interface StepRow {
  rectificationId: string;
  step: string;
  takenAt: string;
}

/** `$1`: the organisations whose subtrees the viewer's offices reach, resolved now. */
const isInReach = `EXISTS (
    SELECT FROM organisation AS office WHERE office.id = ANY($1)
    AND (owing.path <@ office.path OR organiser.path <@ office.path))`;

const selection = `
  SELECT task.id, task.campaign_id AS "campaignId", task.target_id AS "targetId",
    task.organisation_id AS "organisationId", task.organiser_id AS "organiserId", task.state,
    task.pass_share_basis_points AS "passShare", task.pass_line_basis_points AS "passLine",
    task.opened_at AS "openedAt", task.plan_due_at AS "planDueAt",
    task.state = 'PLAN_DUE' AND task.plan_due_at <= zhijia_now() AS "isOverdue",
    task.escalated_at AS "escalatedAt", task.escalated_to_id AS "escalatedToId", task.published_at AS "publishedAt",
    task.plan_text AS "planText", task.plan_filed_at AS "planFiledAt",
    task.result_text AS "resultText", task.result_filed_at AS "resultFiledAt",
    ${isInReach} AS "isInReach"
  FROM rectification_task AS task
  JOIN organisation AS owing ON owing.id = task.organisation_id
  JOIN organisation AS organiser ON organiser.id = task.organiser_id`;

type SelectedRow = Omit<RectificationRow, 'plan' | 'result'> & {
  planText: string | null;
  planFiledAt: string | null;
  resultText: string | null;
  resultFiledAt: string | null;
};

/** Reads of rectification tasks; each row says whether the viewer's offices reach it. */
@Injectable()
export class RectificationsStore {
  constructor(private readonly db: DataSource) {}

  /** In the order of the ids; null where there is none. */
  async byIds(ids: readonly string[], viewer: Viewer): Promise<(RectificationRow | null)[]> {
    const found = await this.select(`${selection} WHERE task.id = ANY($2::uuid[])`, viewer, [ids.filter(isUuid)]);
    const byId = new Map(found.map((task) => [task.id, task]));
    return ids.map((id) => byId.get(id) ?? null);
  }

  async ofCampaigns(campaignIds: readonly string[], viewer: Viewer): Promise<RectificationRow[]> {
    return this.select(`${selection} WHERE task.campaign_id = ANY($2::uuid[]) ORDER BY task.id`, viewer, [
      campaignIds.filter(isUuid),
    ]);
  }

  /** One more than `size` where there is a next page. */
  async owed(filter: OwedFilter, after: OwedKeyset | null, size: number, viewer: Viewer): Promise<RectificationRow[]> {
    return this.select(
      `${selection}
       WHERE ${isInReach}
       AND ($2::uuid IS NULL OR owing.path <@ (SELECT path FROM organisation WHERE id = $2))
       AND ($3::text[] IS NULL OR task.state = ANY($3))
       AND (NOT $4 OR (task.state = 'PLAN_DUE' AND task.plan_due_at <= zhijia_now()))
       AND ($5::timestamptz IS NULL OR (task.plan_due_at, task.id) > ($5, $6::uuid))
       ORDER BY task.plan_due_at, task.id LIMIT $7`,
      viewer,
      [
        filter.organisationId,
        filter.states === null ? null : [...filter.states],
        filter.isOverdue,
        after?.planDueAt ?? null,
        after?.id ?? null,
        size + 1,
      ],
    );
  }

  evidenceOf(rectificationIds: readonly string[]): Promise<EvidenceRow[]> {
    return rows(
      this.db,
      `SELECT id, rectification_id AS "rectificationId", text, added_at AS "addedAt"
       FROM rectification_evidence WHERE rectification_id = ANY($1::uuid[]) ORDER BY id`,
      [[...rectificationIds]],
    );
  }

  stepsOf(rectificationIds: readonly string[]): Promise<StepRow[]> {
    return rows(
      this.db,
      `SELECT rectification_id AS "rectificationId", step, taken_at AS "takenAt"
       FROM rectification_step WHERE rectification_id = ANY($1::uuid[]) ORDER BY id`,
      [[...rectificationIds]],
    );
  }

  private async select(text: string, viewer: Viewer, parameters: unknown[]): Promise<RectificationRow[]> {
    const found = await rows<SelectedRow>(this.db, text, [
      viewer.organisationsOf(...rectificationReaders),
      ...parameters,
    ]);
    return found.map(({ planText, planFiledAt, resultText, resultFiledAt, ...task }) => ({
      ...task,
      plan: textFiled(planText, planFiledAt),
      result: textFiled(resultText, resultFiledAt),
    }));
  }
}

function textFiled(text: string | null, filedAt: string | null): RectificationText | null {
  return text === null || filedAt === null ? null : { text, filedAt };
}
