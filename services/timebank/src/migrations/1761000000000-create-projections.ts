import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What timebank knows of members and organisations: fed by events, no foreign keys to it. */
export class CreateProjections1761000000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`CREATE EXTENSION IF NOT EXISTS ltree`);
    await db.query(`
      CREATE TABLE known_organisation (
        id uuid PRIMARY KEY,
        version integer NOT NULL,
        path ltree NOT NULL,
        status text NOT NULL
      )`);
    await db.query(`CREATE INDEX known_organisation_path ON known_organisation USING gist (path)`);
    await db.query(`
      CREATE TABLE known_member (
        id uuid PRIMARY KEY,
        version integer NOT NULL,
        organisation_id uuid NOT NULL,
        status text NOT NULL
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE known_member`);
    await db.query(`DROP TABLE known_organisation`);
  }
}
