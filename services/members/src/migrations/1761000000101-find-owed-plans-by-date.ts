import type { MigrationInterface, QueryRunner } from 'typeorm';

export class FindOwedPlansByDate1761000000101 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    // Also of those that were escalated: how many plans are overdue is read from this alone.
    await db.query(`CREATE INDEX rectification_task_plan_owed ON rectification_task (plan_due_at)
      INCLUDE (escalated_at) WHERE state = 'PLAN_DUE'`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP INDEX rectification_task_plan_owed`);
  }
}
