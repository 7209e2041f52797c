import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An agent is somebody who can sign in, and perhaps no member: what the issuer calls them is any text. */
export class NameAgentsByAccount1761000000008 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE rectification_rating ALTER COLUMN acted_by TYPE text`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE rectification_rating ALTER COLUMN acted_by TYPE uuid USING acted_by::uuid`);
  }
}
