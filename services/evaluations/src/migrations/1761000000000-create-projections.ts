import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What evaluations knows of members and organisations: fed by events, no foreign keys to it. */
export class CreateProjections1761000000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`CREATE EXTENSION IF NOT EXISTS ltree`);
    await db.query(`
      CREATE TABLE known_organisation (
        id uuid PRIMARY KEY,
        version integer NOT NULL,
        parent_id uuid,
        path ltree NOT NULL,
        kind text NOT NULL,
        name_zh text NOT NULL,
        name_en text,
        status text NOT NULL
      )`);
    await db.query(`CREATE INDEX known_organisation_path ON known_organisation USING gist (path)`);
    await db.query(`
      CREATE TABLE known_member (
        id uuid PRIMARY KEY,
        version integer NOT NULL,
        organisation_id uuid NOT NULL,
        status text NOT NULL,
        verification text NOT NULL,
        strata text[] NOT NULL,
        joined_on date NOT NULL
      )`);
    await db.query(`CREATE INDEX known_member_organisation ON known_member (organisation_id)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE known_member`);
    await db.query(`DROP TABLE known_organisation`);
  }
}
