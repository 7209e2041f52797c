import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import { execute, row, rows } from '@zhijia/database';
import type { EntityManager } from 'typeorm';
import { rectificationFilers, rectificationPublishers } from '../access/members.permissions.js';
import type { RectificationState } from '../rules/plan-rectification-step.js';

export interface LockedRectification {
  id: string;
  campaignId: string;
  targetId: string;
  organisationId: string;
  state: RectificationState;
  /** The viewer holds an office over the organisation that owes it. */
  mayFile: boolean;
  /** The viewer holds an office over the federation that organised the campaign. */
  mayPublish: boolean;
}

export interface NewRectification {
  campaignId: string;
  targetId: string;
  organisationId: string;
  organiserId: string;
  passShareBasisPoints: number;
  passLineBasisPoints: number;
}

export interface RectificationPlace {
  rectificationId: string;
  campaignId: string;
  targetId: string;
  organisationId: string;
}

const place = `rectification_task.id AS "rectificationId", campaign_id AS "campaignId", target_id AS "targetId",
  organisation_id AS "organisationId"`;

/** What moves a rectification on, inside the transaction of its use case; reading is `RectificationsStore`'s. */
@Injectable()
export class RectificationChangesStore {
  /** The row, held until the end of the transaction, with what the viewer may do to it. */
  lock(tx: EntityManager, id: string, viewer: Viewer): Promise<LockedRectification | null> {
    return row(
      tx,
      `SELECT task.id, task.campaign_id AS "campaignId", task.target_id AS "targetId",
         task.organisation_id AS "organisationId", task.state,
         EXISTS (SELECT FROM organisation AS office
           WHERE office.id = ANY($2) AND owing.path <@ office.path) AS "mayFile",
         EXISTS (SELECT FROM organisation AS office
           WHERE office.id = ANY($3) AND organiser.path <@ office.path) AS "mayPublish"
       FROM rectification_task AS task
       JOIN organisation AS owing ON owing.id = task.organisation_id
       JOIN organisation AS organiser ON organiser.id = task.organiser_id
       WHERE task.id = $1 FOR UPDATE OF task`,
      [id, viewer.organisationsOf(...rectificationFilers), viewer.organisationsOf(...rectificationPublishers)],
    );
  }

  /** Answers only those that were new: one task for a target of a campaign, however often the event comes. */
  async open(
    tx: EntityManager,
    tasks: readonly NewRectification[],
    due: { planDueAt: string; policy: object },
  ): Promise<RectificationPlace[]> {
    const opened = await rows<RectificationPlace>(
      tx,
      `INSERT INTO rectification_task (campaign_id, target_id, organisation_id, organiser_id,
         pass_share_basis_points, pass_line_basis_points, plan_due_at, plan_due_policy)
       SELECT "campaignId", "targetId", "organisationId", "organiserId", "passShareBasisPoints",
         "passLineBasisPoints", $2, $3
       FROM jsonb_to_recordset($1::jsonb) AS task ("campaignId" uuid, "targetId" uuid, "organisationId" uuid,
         "organiserId" uuid, "passShareBasisPoints" integer, "passLineBasisPoints" integer)
       ON CONFLICT ON CONSTRAINT rectification_task_is_one_per_target DO NOTHING
       RETURNING ${place}`,
      [JSON.stringify(tasks), due.planDueAt, JSON.stringify(due.policy)],
    );
    await this.noteSteps(tx, opened, 'OPENED', null);
    return opened;
  }

  async filePlan(tx: EntityManager, id: string, text: string, state: RectificationState): Promise<string> {
    return this.stamp(
      tx,
      `UPDATE rectification_task SET state = $2, plan_text = $3, plan_filed_at = zhijia_now()
       WHERE id = $1 RETURNING plan_filed_at AS at`,
      [id, state, text],
    );
  }

  async fileResult(tx: EntityManager, id: string, text: string, state: RectificationState): Promise<string> {
    return this.stamp(
      tx,
      `UPDATE rectification_task SET state = $2, result_text = $3, result_filed_at = zhijia_now()
       WHERE id = $1 RETURNING result_filed_at AS at`,
      [id, state, text],
    );
  }

  async addEvidence(tx: EntityManager, id: string, text: string): Promise<void> {
    await execute(tx, `INSERT INTO rectification_evidence (rectification_id, text) VALUES ($1, $2)`, [id, text]);
  }

  async publish(tx: EntityManager, id: string, state: RectificationState): Promise<string> {
    return this.stamp(
      tx,
      `UPDATE rectification_task SET state = $2, published_at = zhijia_now()
       WHERE id = $1 RETURNING published_at AS at`,
      [id, state],
    );
  }

  /** All that the annulled campaigns opened and that is not withdrawn yet. */
  async withdraw(tx: EntityManager, campaignIds: readonly string[]): Promise<RectificationPlace[]> {
    const withdrawn = await rows<RectificationPlace>(
      tx,
      `UPDATE rectification_task SET state = 'WITHDRAWN'
       WHERE campaign_id = ANY($1::uuid[]) AND state <> 'WITHDRAWN' RETURNING ${place}`,
      [[...campaignIds]],
    );
    await this.noteSteps(tx, withdrawn, 'WITHDRAWN', null);
    return withdrawn;
  }

  /**
   * Marks what has been overdue for `graceDays`, once, with the organisation above it. The root answers to nobody:
   * what it owes escalates to itself.
   */
  async escalateOverdue(
    tx: EntityManager,
    graceDays: number,
    atMost: number,
  ): Promise<(RectificationPlace & { escalatedToId: string; escalatedAt: string })[]> {
    const escalated = await rows<RectificationPlace & { escalatedToId: string; escalatedAt: string }>(
      tx,
      `UPDATE rectification_task SET escalated_at = zhijia_now(),
         escalated_to_id = coalesce(owing.parent_id, owing.id)
       FROM organisation AS owing
       WHERE owing.id = rectification_task.organisation_id AND rectification_task.id IN (
         SELECT id FROM rectification_task
         WHERE state = 'PLAN_DUE' AND escalated_at IS NULL AND plan_due_at + make_interval(days => $1) <= zhijia_now()
         ORDER BY plan_due_at LIMIT $2 FOR UPDATE SKIP LOCKED)
       RETURNING ${place}, escalated_to_id AS "escalatedToId", escalated_at AS "escalatedAt"`,
      [graceDays, atMost],
    );
    await this.noteSteps(tx, escalated, 'ESCALATED', null);
    return escalated;
  }

  async noteSteps(
    tx: EntityManager,
    tasks: readonly { rectificationId: string }[],
    step: string,
    takenBy: string | null,
  ): Promise<void> {
    if (tasks.length === 0) return;
    await execute(
      tx,
      `INSERT INTO rectification_step (rectification_id, step, taken_by)
       SELECT id, $2, $3 FROM unnest($1::uuid[]) AS id`,
      [tasks.map((task) => task.rectificationId), step, takenBy],
    );
  }

  private async stamp(tx: EntityManager, text: string, parameters: unknown[]): Promise<string> {
    const stamped = await row<{ at: string }>(tx, text, parameters);
    if (stamped === null) throw new Error('A locked rectification vanished');
    return stamped.at;
  }
}
