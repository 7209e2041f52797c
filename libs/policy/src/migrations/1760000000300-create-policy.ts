import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreatePolicy1760000000300 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`CREATE EXTENSION IF NOT EXISTS btree_gist`);
    await db.query(`
      CREATE TABLE policy (
        region text NOT NULL,
        key text NOT NULL,
        version integer NOT NULL,
        value jsonb NOT NULL,
        effective_from date NOT NULL,
        effective_to date,
        source text NOT NULL,
        approved_by text,
        announced_at timestamptz NOT NULL DEFAULT zhijia_now(),
        PRIMARY KEY (region, key, version),
        CONSTRAINT policy_region_is_a_path CHECK (region ~ '^[A-Z0-9]+(/[A-Z0-9]+)*$'),
        CONSTRAINT policy_version_is_positive CHECK (version > 0),
        CONSTRAINT policy_source_is_named CHECK (source <> ''),
        CONSTRAINT policy_ends_after_it_begins CHECK (effective_to >= effective_from),
        CONSTRAINT policy_versions_do_not_overlap EXCLUDE USING gist
          (region WITH =, key WITH =, daterange(effective_from, effective_to, '[)') WITH &&)
      )`);
    await db.query(`COMMENT ON COLUMN policy.effective_to IS
      'The first day on which it no longer holds; the same as effective_from when it was replaced before it began'`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE policy`);
  }
}
