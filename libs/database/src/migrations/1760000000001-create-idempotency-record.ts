import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateIdempotencyRecord1760000000001 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE idempotency_record (
        scope text NOT NULL,
        key text NOT NULL,
        input_hash bytea NOT NULL,
        outcome jsonb,
        created_at timestamptz NOT NULL DEFAULT zhijia_now(),
        PRIMARY KEY (scope, key),
        CONSTRAINT idempotency_record_key_is_short CHECK (length(key) BETWEEN 1 AND 128)
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE idempotency_record`);
  }
}
