import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateTimeAccount1761000000001 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    // The balance stands in the ledger, under the same id.
    await db.query(`
      CREATE TABLE time_account (
        id uuid PRIMARY KEY CONSTRAINT time_account_is_in_the_ledger REFERENCES ledger_account (id),
        member_id uuid NOT NULL,
        opened_on date NOT NULL DEFAULT zhijia_today(),
        CONSTRAINT time_account_is_one_per_member UNIQUE (member_id)
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE time_account`);
  }
}
