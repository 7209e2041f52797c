import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ShowRefusalsToMembers1761000000302 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE consent_refusal
        ADD COLUMN recipient_name text NOT NULL DEFAULT '',
        ADD COLUMN purpose_zh text NOT NULL DEFAULT '',
        ADD COLUMN purpose_en text NOT NULL DEFAULT ''`);
    await db.query(`
      ALTER TABLE consent_refusal
        ALTER COLUMN recipient_name DROP DEFAULT, ALTER COLUMN purpose_zh DROP DEFAULT,
        ALTER COLUMN purpose_en DROP DEFAULT`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE consent_refusal DROP COLUMN recipient_name, DROP COLUMN purpose_zh, DROP COLUMN purpose_en`);
  }
}
