import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateRectificationTask1761000000100 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE rectification_task (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        campaign_id uuid NOT NULL,
        target_id uuid NOT NULL,
        organisation_id uuid NOT NULL CONSTRAINT rectification_task_organisation_exists REFERENCES organisation,
        organiser_id uuid NOT NULL CONSTRAINT rectification_task_organiser_exists REFERENCES organisation,
        state text NOT NULL DEFAULT 'PLAN_DUE',
        pass_share_basis_points integer NOT NULL,
        pass_line_basis_points integer NOT NULL,
        opened_at timestamptz NOT NULL DEFAULT zhijia_now(),
        plan_due_at timestamptz NOT NULL,
        -- Which rule set the due date: key, region and version of the policy.
        plan_due_policy jsonb NOT NULL,
        plan_text text,
        plan_filed_at timestamptz,
        result_text text,
        result_filed_at timestamptz,
        published_at timestamptz,
        escalated_at timestamptz,
        escalated_to_id uuid REFERENCES organisation,
        CONSTRAINT rectification_task_is_one_per_target UNIQUE (campaign_id, target_id),
        CONSTRAINT rectification_task_state_is_known CHECK (
          state IN ('PLAN_DUE', 'IN_PROGRESS', 'AWAITING_PUBLICATION', 'PUBLISHED', 'WITHDRAWN')),
        CONSTRAINT rectification_task_progress_has_a_plan CHECK (
          state NOT IN ('IN_PROGRESS', 'AWAITING_PUBLICATION', 'PUBLISHED') OR plan_text IS NOT NULL),
        CONSTRAINT rectification_task_publication_has_a_result CHECK (
          state NOT IN ('AWAITING_PUBLICATION', 'PUBLISHED') OR result_text IS NOT NULL)
      )`);
    await db.query(`CREATE INDEX rectification_task_owed ON rectification_task (organisation_id, id)`);
    await db.query(`CREATE INDEX rectification_task_organised ON rectification_task (organiser_id, id)`);
    await db.query(`CREATE INDEX rectification_task_awaiting_plan ON rectification_task (plan_due_at)
      WHERE state = 'PLAN_DUE' AND escalated_at IS NULL`);
    await db.query(`
      CREATE TABLE rectification_evidence (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        rectification_id uuid NOT NULL REFERENCES rectification_task,
        text text NOT NULL,
        added_at timestamptz NOT NULL DEFAULT zhijia_now()
      )`);
    await db.query(`CREATE INDEX rectification_evidence_of_task ON rectification_evidence (rectification_id, id)`);
    await db.query(`
      CREATE TABLE rectification_step (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        rectification_id uuid NOT NULL REFERENCES rectification_task,
        step text NOT NULL,
        -- Issuer and subject of the officer; null for what the clock or an event did.
        taken_by text,
        taken_at timestamptz NOT NULL DEFAULT zhijia_now(),
        CONSTRAINT rectification_step_is_known CHECK (step IN (
          'OPENED', 'PLAN_FILED', 'EVIDENCE_ADDED', 'RESULT_FILED', 'PUBLISHED', 'ESCALATED', 'WITHDRAWN'))
      )`);
    await db.query(`CREATE INDEX rectification_step_of_task ON rectification_step (rectification_id, id)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE rectification_step`);
    await db.query(`DROP TABLE rectification_evidence`);
    await db.query(`DROP TABLE rectification_task`);
  }
}
