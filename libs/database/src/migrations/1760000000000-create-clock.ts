import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateClock1760000000000 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE clock_offset (
        only_row boolean PRIMARY KEY DEFAULT true CONSTRAINT clock_offset_has_one_row CHECK (only_row),
        seconds bigint NOT NULL DEFAULT 0
      )`);
    await db.query(`INSERT INTO clock_offset DEFAULT VALUES`);
    await db.query(`
      CREATE FUNCTION zhijia_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS
      $$ SELECT now() + make_interval(secs => seconds::double precision) FROM clock_offset $$`);
    await db.query(`
      CREATE FUNCTION zhijia_today() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE AS
      $$ SELECT (zhijia_now() AT TIME ZONE 'Asia/Shanghai')::date $$`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP FUNCTION zhijia_today()`);
    await db.query(`DROP FUNCTION zhijia_now()`);
    await db.query(`DROP TABLE clock_offset`);
  }
}
