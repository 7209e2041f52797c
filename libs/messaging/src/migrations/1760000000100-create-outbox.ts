import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateOutbox1760000000100 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE outbox (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        event_id uuid NOT NULL DEFAULT uuidv7(),
        type text NOT NULL,
        topic text NOT NULL,
        aggregate_id text NOT NULL,
        payload jsonb NOT NULL,
        traceparent text,
        occurred_at timestamptz NOT NULL DEFAULT zhijia_now(),
        -- Real time: it decides how long the row is kept, and nothing of the business.
        published_at timestamptz,
        CONSTRAINT outbox_aggregate_is_named CHECK (length(aggregate_id) BETWEEN 1 AND 255)
      )`);
    // The relay's only question. Empty when all is published, so asking often costs nothing.
    await db.query(`CREATE INDEX outbox_unpublished ON outbox (id) WHERE published_at IS NULL`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE outbox`);
  }
}
