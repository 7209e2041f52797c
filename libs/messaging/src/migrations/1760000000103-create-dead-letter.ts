import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateDeadLetter1760000000103 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE dead_letter (
        id uuid PRIMARY KEY,
        -- The same failure delivered again is the same letter.
        fingerprint bytea NOT NULL,
        -- Null when the message could not be read, so that no reaction met it.
        reaction text,
        event_id uuid,
        type text,
        topic text NOT NULL,
        error_code text NOT NULL,
        error_type text NOT NULL,
        attempts integer NOT NULL DEFAULT 1,
        key_id text NOT NULL,
        sealed_message bytea NOT NULL,
        failed_at timestamptz NOT NULL DEFAULT zhijia_now(),
        last_attempt_at timestamptz NOT NULL DEFAULT zhijia_now(),
        CONSTRAINT dead_letter_is_kept_once UNIQUE (fingerprint)
      )`);
    await db.query(`CREATE INDEX dead_letter_failed_at ON dead_letter (failed_at)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE dead_letter`);
  }
}
