import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateParkedEvent1760000000102 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE parked_event (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        reaction text NOT NULL,
        event_id uuid NOT NULL,
        waits_for text NOT NULL,
        event jsonb NOT NULL,
        -- How often it was parked again, and how often its reaction failed.
        asked integer NOT NULL DEFAULT 0,
        failures integer NOT NULL DEFAULT 0,
        parked_at timestamptz NOT NULL DEFAULT zhijia_now(),
        -- When the reaction is asked again. Real time: a moved clock must not hold or hurry a retry.
        ask_at timestamptz NOT NULL,
        -- The transaction that parked it last: tells the rows that were parked again from those that were applied.
        parked_by xid8 NOT NULL DEFAULT pg_current_xact_id(),
        CONSTRAINT parked_event_waits_once UNIQUE (reaction, event_id)
      )`);
    await db.query(`CREATE INDEX parked_event_cause ON parked_event (waits_for, reaction, id)`);
    await db.query(`CREATE INDEX parked_event_due ON parked_event (ask_at)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE parked_event`);
  }
}
