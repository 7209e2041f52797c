import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateInbox1760000000101 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE inbox (
        consumer text NOT NULL,
        event_id uuid NOT NULL,
        -- Real time, as the broker's: rows outlive the topics' retention, wherever the product's clock was moved.
        received_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (consumer, event_id)
      )`);
    await db.query(`CREATE INDEX inbox_received_at ON inbox (received_at)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE inbox`);
  }
}
