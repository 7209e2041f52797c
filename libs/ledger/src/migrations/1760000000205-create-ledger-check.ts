import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateLedgerCheck1760000000205 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE ledger_check (
        night date PRIMARY KEY,
        checked_at timestamptz NOT NULL DEFAULT zhijia_now(),
        drifts bigint NOT NULL,
        CONSTRAINT ledger_check_drifts_are_counted CHECK (drifts >= 0)
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE ledger_check`);
  }
}
