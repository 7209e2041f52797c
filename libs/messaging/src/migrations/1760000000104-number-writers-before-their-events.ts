import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A transaction gets its number before the first of its events takes an id: from the numbers of those that have ended the
 * relay knows up to which id the outbox is decided (`OutboxFloor`). It holds while the sequence hands out ids singly.
 */
export class NumberWritersBeforeTheirEvents1760000000104 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE FUNCTION outbox_number_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_current_xact_id();
        RETURN NULL;
      END $$`);
    await db.query(`
      CREATE TRIGGER outbox_id_follows_its_transaction BEFORE INSERT ON outbox
        FOR EACH STATEMENT EXECUTE FUNCTION outbox_number_transaction()`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TRIGGER outbox_id_follows_its_transaction ON outbox`);
    await db.query(`DROP FUNCTION outbox_number_transaction()`);
  }
}
