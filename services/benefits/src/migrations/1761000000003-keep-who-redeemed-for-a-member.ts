import type { MigrationInterface, QueryRunner } from 'typeorm';

export class KeepWhoRedeemedForAMember1761000000003 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    // Null where the member did it themselves.
    await db.query(`ALTER TABLE redemption ADD COLUMN acted_by text`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE redemption DROP COLUMN acted_by`);
  }
}
