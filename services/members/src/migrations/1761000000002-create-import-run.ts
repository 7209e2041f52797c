import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateImportRun1761000000002 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE import_run (
        id uuid PRIMARY KEY DEFAULT uuidv7(),
        kind text NOT NULL,
        file_hash bytea NOT NULL,
        file_bytes bigint NOT NULL,
        encoding text NOT NULL,
        is_dry_run boolean NOT NULL,
        -- Issuer and subject of who started it, or the command line.
        started_by text NOT NULL,
        -- The organisations whose subtrees the import may change; null for the whole register.
        reach uuid[],
        state text NOT NULL DEFAULT 'RUNNING',
        unknown_columns text[] NOT NULL,
        -- Everything up to this line is done. A run that was broken off goes on after it.
        last_line integer NOT NULL DEFAULT 1,
        lines_read integer NOT NULL DEFAULT 0,
        added integer NOT NULL DEFAULT 0,
        corrected integer NOT NULL DEFAULT 0,
        unchanged integer NOT NULL DEFAULT 0,
        refused integer NOT NULL DEFAULT 0,
        started_at timestamptz NOT NULL DEFAULT zhijia_now(),
        finished_at timestamptz,
        CONSTRAINT import_run_kind_is_known CHECK (kind IN ('ORGANISATIONS', 'MEMBERS')),
        CONSTRAINT import_run_state_is_known CHECK (state IN ('RUNNING', 'BROKEN_OFF', 'FINISHED')),
        CONSTRAINT import_run_counts_every_line CHECK (lines_read = added + corrected + unchanged + refused)
      )`);
    await db.query(`CREATE INDEX import_run_latest ON import_run (kind, id) WHERE NOT is_dry_run`);
    // Which line of a run spoke for a person first. Lives as long as the run.
    await db.query(`
      CREATE TABLE import_line (
        run_id uuid NOT NULL,
        line_key uuid NOT NULL,
        line_number integer NOT NULL,
        PRIMARY KEY (run_id, line_key)
      )`);
    await db.query(`
      CREATE TABLE import_error (
        run_id uuid NOT NULL REFERENCES import_run,
        line_number integer NOT NULL,
        ordinal integer NOT NULL,
        -- A column of the contract, null where the line as a whole is meant. Never a value: it may be personal.
        field text,
        code text NOT NULL,
        other_line_number integer,
        PRIMARY KEY (run_id, line_number, ordinal)
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE import_error`);
    await db.query(`DROP TABLE import_line`);
    await db.query(`DROP TABLE import_run`);
  }
}
