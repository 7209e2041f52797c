import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A manifest is read by its hash, by every voter of its campaign. */
export class FindManifestByHash1761000000006 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`CREATE INDEX campaign_manifest_hash ON campaign (manifest_hash)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP INDEX campaign_manifest_hash`);
  }
}
